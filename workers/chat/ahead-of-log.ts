import { encode } from '../../bus/contract/codec.ts'
import { aheadJoinMs, entryJoinBytes } from '../../bus/contract/limits.ts'
import type { Ahead } from '../../bus/contract/reply-log.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import type { Claim } from './writer.ts'

/** Text that a writer has and its log does not, that of an entry on its way included; and where it begins. */
export interface Held {
  readonly offset: number
  readonly text: string
}

/**
 * Tells the hubs text that the log does not have yet (PROTOCOL section 4): at once, or joined with what comes within
 * 16 ms of the last. All that is held goes each time, so that a piece which nobody heard is missed only until the next.
 */
export class AheadOfLog {
  readonly #bus: Bus
  readonly #claim: Claim
  readonly #held: () => Held
  #toldAtMs = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  constructor(bus: Bus, claim: Claim, held: () => Held) {
    this.#bus = bus
    this.#claim = claim
    this.#held = held
  }

  /** More may be held than before. */
  tell(): void {
    if (this.#timer !== undefined || this.#held().text === '') return
    const waitMs = aheadJoinMs - (performance.now() - this.#toldAtMs)
    if (waitMs <= 0) this.#tellNow()
    else this.#timer = setTimeout(() => this.#tellNow(), waitMs)
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #tellNow(): void {
    this.#timer = undefined
    const { offset, text: content } = this.#held()
    // More than an entry takes is not shown ahead: the stream takes none now, or the model is faster than it.
    if (content === '' || content.length > entryJoinBytes) return
    const { aheadSubject, requestId, attempt, owner } = this.#claim
    const ahead: Ahead = { request_id: requestId, attempt, owner, offset, content }
    this.#bus.send(aheadSubject, encode(ahead))
    this.#toldAtMs = performance.now()
  }
}
