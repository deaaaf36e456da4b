import type { Clock } from './clock.ts'
import { timeOf } from './clock.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import type { ReplyFacts } from './reply-turn.ts'

/** The one quiet line below an answer: how it ended, by which model, how fast, when. No time stands for none known. */
export function replyMeta(reply: ReplyFacts, clock: Clock): Html[] {
  const { timings } = reply
  const parts: (Html | null)[] = [
    part('meta-end', endOf(reply)),
    // What failed before a model was chosen bears this word on the bus, which wants one.
    part('meta-model', reply.model === 'none' ? null : reply.model),
    part(
      'meta-first',
      timings?.first_token_ms === undefined ? null : `${seconds(timings.first_token_ms)} to first word`,
    ),
    part(
      'meta-speed',
      timings?.tokens_per_second === undefined ? null : `${rate(timings.tokens_per_second)} tokens/s`,
    ),
    part(
      'meta-duration',
      timings === null || timings.duration_ms === 0 ? null : seconds(timings.duration_ms),
    ),
    reply.createdAt > 0 ? html`<span class="meta-time">${timeOf(reply.createdAt, clock)}</span>` : null,
  ]
  return parts.filter((some) => some !== null)
}

const part = (name: string, text: string | null): Html | null =>
  text === null ? null : html`<span class="${name}">${text}</span>`

function endOf(reply: ReplyFacts): string | null {
  if (reply.state === 'cancelled' || reply.finishReason === 'cancelled') return 'Stopped'
  return reply.finishReason === 'length' ? 'Reached the length limit' : null
}

/** `under 0.1 s`, `0.3 s`, `12 s`, `2 min 5 s`. */
export function seconds(ms: number): string {
  if (ms < 50) return 'under 0.1 s'
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const whole = Math.round(ms / 1000)
  if (whole < 60) return `${whole} s`
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

const rate = (perSecond: number): string =>
  perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond))
