import type { HubConfig } from '../../config.ts'
import type { Quota } from '../../store/limits.ts'
import { tokenCounter } from '../../store/limits.ts'
import type { User } from '../../store/store.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

export type QuotaSettings = Pick<HubConfig, 'messagesPerMinute' | 'tokensPerDay'>

/** What one more message of this person counts against now; all hubs count together. */
export function messageQuotas(settings: QuotaSettings, { id, role }: User, now: number): Quota[] {
  const perMinute = settings.messagesPerMinute[role]
  const perDay = settings.tokensPerDay[role]
  const minute = startOf(now, minuteMs)
  const tokens = tokenCounter(id, now)
  return [
    ...(perMinute === 0
      ? []
      : [
          {
            counter: { key: `messages:${id}`, windowStart: minute },
            amount: 1,
            most: perMinute,
            retryAfterMs: minute + minuteMs - now,
          },
        ]),
    // Tokens are counted when an answer is stored; a message is refused once they are used up.
    ...(perDay === 0
      ? []
      : [{ counter: tokens, amount: 0, most: perDay - 1, retryAfterMs: tokens.windowStart + dayMs - now }]),
  ]
}

export const startOf = (now: number, windowMs: number): number => Math.floor(now / windowMs) * windowMs
