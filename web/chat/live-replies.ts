import { LiveReply, oncePerFrame } from './live-reply.ts'
import { tell } from './notices.ts'
import { type Failure, isRunning, turnOf } from './page-parts.ts'
import type { RunningReply } from './running-reply.ts'

/** The conversation that replies grow in. */
export interface Grown {
  readonly follower: { follow(): void }
  /** They have begun, grown or ended. */
  update(): void
  /** A reply failed, which the store may not know yet. */
  showFailure(turn: HTMLElement, failure: Failure): void
  /** The store's rendering of an ended reply is wanted. */
  fetchReply(requestId: string): void
}

/** How long the store's word that it has a reply is waited for before it is asked, in milliseconds. */
const storedMs = 2_000

/** The replies of one conversation that grow on the page. */
export class LiveReplies {
  readonly #companionName: string
  readonly #grown: Grown
  readonly #live = new Map<string, LiveReply>()
  readonly #changed = new Set<LiveReply>()
  readonly #paintSoon = oncePerFrame(() => this.#paint())
  #isHere = false

  constructor(companionName: string, grown: Grown) {
    this.#companionName = companionName
    this.#grown = grown
  }

  setHere(isHere: boolean): void {
    this.#isHere = isHere
    for (const live of this.#live.values()) if (isRunning(live.turn)) live.setHere(isHere)
  }

  /** @returns the growing reply of a request, where the page shows one. */
  of(requestId: string): LiveReply | undefined {
    const present = this.#live.get(requestId)
    const turn = turnOf(requestId)
    if (turn === null || present?.turn === turn) return turn ? present : undefined
    if (!isRunning(turn)) return undefined
    const live = new LiveReply(turn, this.#companionName)
    live.setHere(this.#isHere)
    this.#live.set(requestId, live)
    return live
  }

  /** A reply that grows here, or has grown and waits for its rendering. */
  has(turn: HTMLElement): boolean {
    return this.#live.get(turn.dataset.messageId ?? '')?.turn === turn
  }

  grow(reply: RunningReply): void {
    const live = this.of(reply.requestId)
    if (live === undefined) return
    // Whatever else is heard before the first word, a beginning is told once.
    if (reply.reader.attempt && !live.reader?.attempt) tell('said', `${this.#companionName} is answering`)
    live.take(reply)
    this.#changed.add(live)
    this.#paintSoon()
  }

  /** All of it is here; the store's rendering takes its place once it is there. */
  end(reply: RunningReply): void {
    const live = this.of(reply.requestId)
    live?.take(reply)
    live?.end()
    const { end } = reply.reader
    if (live && end?.type === 'error') this.#grown.showFailure(live.turn, end)
    this.#grown.update()
    tell('said', `The answer ${howItEnded(reply)}`)
    setTimeout(() => this.#live.has(reply.requestId) && this.#grown.fetchReply(reply.requestId), storedMs)
  }

  forget(requestId: string): void {
    this.#live.delete(requestId)
  }

  clear(): void {
    this.#live.clear()
  }

  #paint(): void {
    for (const live of this.#changed) if (live.turn.isConnected && isRunning(live.turn)) live.paint()
    this.#changed.clear()
    this.#grown.follower.follow()
  }
}

function howItEnded({ reader: { end } }: RunningReply): string {
  if (end?.type === 'error') return 'failed'
  return end?.finish_reason === 'cancelled' ? 'was stopped' : 'is complete'
}
