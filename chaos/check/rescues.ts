import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus, StoredEntry } from '../../bus/nats/bus.ts'
import type { Store } from '../../server/store/store.ts'
import { isRunning } from '../people/page.ts'
import type { Asked, Ledger } from './ledger.ts'

/**
 * A page that hears nothing of a reply for 30 s asks for its log, which mends whatever a hub should have told it by
 * then. Here each such question is held against the log and the store: what stood there this long, in milliseconds,
 * before somebody asked was kept from a page that was there all the while, for longer than any fault lasts. A question
 * about a reply that waits for its turn, or for a bus that is away, is none of that.
 */
const keptBackMs = 20_000

export class Rescues {
  readonly #bus: Bus
  readonly #store: Store
  readonly #ledger: Ledger

  /** By ways of their own that no fault strikes. */
  constructor(bus: Bus, store: Store, ledger: Ledger) {
    this.#bus = bus
    this.#store = store
    this.#ledger = ledger
  }

  /** A page asks because it heard nothing for long. Never rejects. */
  async asked(requestId: string, epoch: number, seq: number): Promise<void> {
    const asked = this.#ledger.asked.get(requestId)
    if (asked === undefined) return
    try {
      const kept = await this.#keptBack(asked, epoch, seq)
      if (kept === undefined) this.#ledger.note('questions after silence, rightly')
      else this.#ledger.violate(`a page had to ask after ${requestId} by itself: ${kept}`, requestId)
    } catch {
      this.#ledger.note('questions after silence that nobody could judge')
    }
  }

  async #keptBack(asked: Asked, epoch: number, seq: number): Promise<string | undefined> {
    const { who, frame } = asked
    const nowMs = Date.now()
    const last = await this.#bus.lastEntry(streams.log.name, subjects.stream(who.userId, frame.request_id))
    const isNews = last !== undefined && (epoch !== this.#bus.epochOf(streams.log.name) || last.seq > seq)
    if (isNews && nowMs - last.storedAtMs > keptBackMs)
      return `its log had ${typeOf(last)} for ${Math.round((nowMs - last.storedAtMs) / 1_000)} s`
    if (last !== undefined) return undefined
    const stored = await this.#store.conversations.message(
      who.userId,
      frame.conversation_id,
      frame.request_id,
    )
    const isOver = stored?.state != null && !isRunning(stored.state)
    const sinceMs = performance.now() - (asked.endedAtMs ?? asked.stopSentAtMs ?? Infinity)
    return isOver && sinceMs > keptBackMs ? `it had ended as ${stored.state}` : undefined
  }
}

const typeOf = ({ body }: StoredEntry): string => decodeEntry(body)?.type ?? 'what is no entry'
