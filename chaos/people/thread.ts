import { backoffMs } from '../../bus/contract/protocol.ts'
import type { RunningReply } from '../../web/chat/running-reply.ts'
import type { Ledger } from '../check/ledger.ts'
import { fetchReplies, isRunning } from './page.ts'
import type { Door } from './person.ts'

/** A reply this page shows, from its beginning to how the server renders it. */
export interface Watched {
  readonly requestId: string
  /** What the log said at its end. */
  read: { readonly text: string; readonly epoch: number } | undefined
  /** As the server has it. */
  settled: { readonly state: string; readonly content: string } | undefined
  fetching: boolean
  /** What was shown last, by which reader. */
  shown:
    | { readonly reader: RunningReply['reader']; readonly epoch: number; readonly length: number }
    | undefined
  /** The longest text that was shown of the log of this epoch. */
  longest: { readonly epoch: number; readonly length: number }
  /** Whether anything of it was shown before its log had it. */
  wasAhead: boolean
  /** Texts that one and the same reader had to cut, in words. */
  readonly cuts: string[]
}

export interface ThreadListener {
  /** Whether this reply is read already, or not even sent. */
  isKnown(requestId: string): boolean
  /** The server shows it as running. */
  onRunning(requestId: string): void
  onSettled(requestId: string): void
}

/** The note of a text that came ahead of its log: where there is none, nothing goes ahead. */
export const shownAhead = 'texts that were shown ahead of their logs'

/** How long the store's word that it has a reply is waited for before it is asked, in milliseconds. */
const storedMs = 2_000
/** The try at which the server is believed that an ended reply runs. */
const lastRunning = 5

/** What a page shows of a conversation, and fetches of it. */
export class Thread {
  readonly watched = new Map<string, Watched>()
  readonly #conversationId: string
  readonly #door: () => Door & { readonly cookie: string }
  readonly #ledger: Ledger
  readonly #listener: ThreadListener
  #isClosed = false

  constructor(
    conversationId: string,
    door: () => Door & { readonly cookie: string },
    ledger: Ledger,
    listener: ThreadListener,
  ) {
    this.#conversationId = conversationId
    this.#door = door
    this.#ledger = ledger
    this.#listener = listener
  }

  close(): void {
    this.#isClosed = true
  }

  watch(requestId: string): void {
    if (this.watched.has(requestId)) return
    this.watched.set(requestId, {
      requestId,
      read: undefined,
      settled: undefined,
      fetching: false,
      shown: undefined,
      longest: { epoch: 0, length: 0 },
      wasAhead: false,
      cuts: [],
    })
  }

  /** Replies that run on this page, in the order they came to it. */
  running(): string[] {
    return [...this.watched.values()]
      .filter(({ read, settled }) => !read && !settled)
      .map(({ requestId }) => requestId)
  }

  grow({ requestId, reader, epoch }: RunningReply): void {
    this.#ledger.checkText(requestId, reader.shown, 'a page')
    if (!reader.shown.startsWith(reader.text))
      this.#ledger.violate(`a page shows less of ${requestId} than its log has`, requestId)
    const watched = this.watched.get(requestId)
    if (watched === undefined) return
    const { shown, longest } = watched
    if (reader.shown.length > reader.text.length && !watched.wasAhead) {
      watched.wasAhead = true
      this.#ledger.note(shownAhead)
    }
    const { length } = reader.text
    if (shown?.epoch === epoch && length < shown.length) {
      if (shown.reader === reader) watched.cuts.push(`from ${shown.length} to ${length}`)
      else this.#ledger.note('texts that were shorter while they were read anew')
    }
    watched.shown = { reader, epoch, length }
    watched.longest = { epoch, length: longest.epoch === epoch ? Math.max(length, longest.length) : length }
  }

  end(reply: RunningReply): void {
    this.grow(reply)
    const { requestId, reader, epoch } = reply
    const watched = this.watched.get(requestId)
    if (watched === undefined) return
    if (watched.read !== undefined)
      this.#ledger.violate(`a page read a second end of ${requestId}`, requestId)
    this.#ledger.ended(requestId)
    watched.read = { text: reader.text, epoch }
    setTimeout(() => void this.settle(requestId), storedMs)
  }

  /** Looks again at what the server shows: replies that run are followed from their beginning. */
  async refresh(): Promise<void> {
    const settledBefore = new Set([...this.watched.values()].filter(({ settled }) => settled))
    const shown = await fetchReplies(this.#door(), `/fragments/c/${this.#conversationId}/thread`)
    if (!Array.isArray(shown) || this.#isClosed) return
    for (const { requestId, state } of shown) {
      const known = this.watched.get(requestId)
      if (!isRunning(state) || known?.read !== undefined || this.#listener.isKnown(requestId)) continue
      if (known?.settled) {
        // An answer that was long on its way may be older than the end.
        if (settledBefore.has(known)) this.#ledger.violate(`${requestId} runs again after its end`, requestId)
        continue
      }
      this.watch(requestId)
      this.#listener.onRunning(requestId)
    }
  }

  /** Asks for the server's rendering until the reply has ended there. */
  async settle(requestId: string): Promise<void> {
    const watched = this.watched.get(requestId)
    if (watched === undefined || watched.fetching || watched.settled) return
    watched.fetching = true
    const path = `/fragments/c/${this.#conversationId}/messages/${requestId}`
    for (let tries = 0; !this.#isClosed && watched.settled === undefined; tries += 1) {
      const [shown] = [await fetchReplies(this.#door(), path)].flat()
      if (shown === 'gone')
        return this.#ledger.violate(`the server does not know ${requestId} any more`, requestId)
      if (shown !== undefined && !isRunning(shown.state)) watched.settled = shown
      else if (watched.read !== undefined && shown !== undefined && tries >= lastRunning) {
        tries = 0
        watched.read = undefined
        this.#listener.onRunning(requestId)
      } else await new Promise((resolve) => setTimeout(resolve, 100 + Math.min(2_000, backoffMs(tries))))
    }
    watched.fetching = false
    if (watched.settled !== undefined) this.#listener.onSettled(requestId)
  }

  /** What is not as it should be in the end. */
  get unsettled(): string[] {
    return [...this.watched.values()].filter(({ settled }) => !settled).map(({ requestId }) => requestId)
  }
}
