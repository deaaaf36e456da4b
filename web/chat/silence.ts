import { goneMs, type Replies } from './replies.ts'
import type { RunningReply } from './running-reply.ts'

/** A standstill worth a word, and silence after which the log is asked for again, in milliseconds. */
const quietMs = 4_000
const askAgainMs = 30_000

/** Hears that a reply stands still: whether its writer may be gone, and how long nothing at all was heard. */
export type OnQuiet = (reply: RunningReply, isGone: boolean, silentMs: number) => void

/** Looks for replies that stand still; called again and again while connected. */
export function lookForSilence(replies: Replies, onQuiet: OnQuiet, nowMs: number = performance.now()): void {
  for (const reply of replies.running) {
    if (!reply.accepted) continue
    const silentMs = nowMs - reply.heardAtMs
    const isGone = silentMs >= longestPause(reply)
    if (isGone || nowMs - reply.grownAtMs >= quietMs) onQuiet(reply, isGone, silentMs)
    if (silentMs > askAgainMs && nowMs - reply.askedAtMs > askAgainMs) replies.ask(reply, nowMs)
  }
}

/** How long a living writer may be silent at the pace of this reply. One that has yet to find a word may load a model. */
const longestPause = ({ reader, paceMs }: RunningReply): number =>
  reader.shown || reader.thoughts ? Math.max(goneMs, 2 * paceMs) : quietMs
