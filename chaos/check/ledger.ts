import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import { countedTo } from '../../testing/workers/counting.ts'

/** One request of the round: what was asked, and when things were done to it, on `performance.now()`. */
export interface Asked {
  /** Whose it is; the id comes with the first welcome. */
  readonly who: { readonly userId: string }
  readonly frame: ChatSendFrame
  /** How many tokens its reply has when nothing cuts it short. */
  readonly tokens: number
  readonly askedAtMs: number
  stoppedAtMs: number | undefined
  /** When a stop first went out to a hub that was there. */
  stopSentAtMs: number | undefined
  /** When a page first showed its end. */
  endedAtMs: number | undefined
}

/** Something wrong, and when it was seen, on `performance.now()`. */
export interface Violation {
  readonly what: string
  readonly atMs: number
  /** The request it is about. */
  readonly asked: Asked | undefined
}

/** A stretch of time, on `performance.now()`. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export const overlaps = (one: Span, other: Span): boolean =>
  one.fromMs <= other.toMs && other.fromMs <= one.toMs

/** From when it was asked to when its end was first shown. */
export const lifeOf = ({ askedAtMs, endedAtMs = Infinity }: Asked): Span => ({
  fromMs: askedAtMs,
  toMs: endedAtMs,
})

/** How many tokens an answer has that only a stop ends. */
export const endlessTokens = 25_000

const all = countedTo(endlessTokens)

/** Everything that was asked in a round, and everything that was wrong with what came of it. */
export class Ledger {
  readonly asked = new Map<string, Asked>()
  readonly violations: Violation[] = []
  /** What is worth knowing and no violation. */
  readonly notes = new Map<string, number>()
  /** How many tokens the store has in the end. */
  tokens = 0
  /** The most memory a kind of process was seen with, in mebibytes. */
  readonly memory = new Map<string, number>()

  add(asked: Pick<Asked, 'who' | 'frame' | 'tokens'>): void {
    const nothingYet = { stoppedAtMs: undefined, stopSentAtMs: undefined, endedAtMs: undefined }
    this.asked.set(asked.frame.request_id, { ...asked, ...nothingYet, askedAtMs: performance.now() })
  }

  /** Somebody pressed the button. */
  stop(requestId: string): void {
    const asked = this.asked.get(requestId)
    if (asked !== undefined) asked.stoppedAtMs ??= performance.now()
  }

  stopSent(requestId: string): void {
    const asked = this.asked.get(requestId)
    if (asked !== undefined) asked.stopSentAtMs ??= performance.now()
  }

  ended(requestId: string): void {
    const asked = this.asked.get(requestId)
    if (asked !== undefined) asked.endedAtMs ??= performance.now()
  }

  /** @param requestId what it is about, where it is about one request. */
  violate(what: string, requestId?: string): void {
    const asked = requestId === undefined ? undefined : this.asked.get(requestId)
    this.violations.push({ what, atMs: performance.now(), asked })
  }

  note(what: string): void {
    this.notes.set(what, (this.notes.get(what) ?? 0) + 1)
  }

  largest(process: string, mebibytes: number): void {
    this.memory.set(process, Math.max(mebibytes, this.memory.get(process) ?? 0))
  }

  /** Every text that is ever shown is the beginning of the numbered tokens: none is missing, doubled or out of order. */
  checkText(requestId: string, text: string, who: string): void {
    if (all.startsWith(text)) return
    const at = [...text].findIndex((letter, index) => letter !== all[index])
    const around = text.slice(Math.max(0, at - 30), at + 30)
    this.violate(`${who} reads a wrong text in ${requestId} at ${at}: …${around}…`, requestId)
  }

  /** What a whole answer to this request says. */
  wholeText({ tokens }: Pick<Asked, 'tokens'>): string {
    return countedTo(tokens)
  }
}
