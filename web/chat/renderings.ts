import { fetchEnded, fetchFragment, fetchTurn, mergeThread, replaceTurn } from './fragments.ts'
import { type Failure, isRunning, part, type Room, setLeaf, setPart, turnOf, turnsIn } from './page-parts.ts'
import { keepPlace } from './place.ts'
import type { Follower } from './scroll.ts'

/** The conversation whose turns are replaced by the server's renderings. */
export interface RenderedConversation {
  readonly id: string
  readonly room: Room
  readonly follower: Follower
  readonly isLeft: boolean
  readonly live: { has(turn: HTMLElement): boolean }
  turnsCame(): void
  settled(requestId: string): void
  missing(requestId: string): void
  forget(requestId: string): void
}

/** Brings the server's renderings of turns into the thread of one conversation. */
export class Renderings {
  readonly #conversation: RenderedConversation
  readonly #fetching = new Set<string>()
  #refreshing: Promise<void> | undefined
  #isStale = false

  constructor(conversation: RenderedConversation) {
    this.#conversation = conversation
  }

  /** Puts an ended reply's rendering in its place, without a jump. */
  async fetchReply(requestId: string): Promise<void> {
    if (this.#fetching.has(requestId)) return
    this.#fetching.add(requestId)
    const { id, follower } = this.#conversation
    const fresh = await fetchEnded(id, requestId, () => !this.#isLeft && turnOf(requestId) !== null)
    this.#fetching.delete(requestId)
    const turn = turnOf(requestId)
    if (this.#isLeft || turn === null) return
    this.#conversation.settled(requestId)
    if (fresh === undefined) return this.#conversation.missing(requestId)
    await untilUnselected(turn)
    if (this.#isLeft || !turn.isConnected) return
    keepPlace(follower, () => replaceTurn(turn, fresh))
    this.#conversation.forget(requestId)
    // A thread that is on its way may have it running still.
    this.#isStale = true
    if (isRunning(fresh)) this.#conversation.turnsCame()
  }

  /** The card of a failure as the server renders it, from the page's template. */
  showFailure(turn: HTMLElement, { code, detail }: Failure): void {
    const { children } = (document.getElementById('failure-template') as HTMLTemplateElement).content
    const known = [...children].find((card) => card.getAttribute('data-code') === code) ?? children[0]
    const card = known?.cloneNode(true) as Element
    // Who greeted was asked nothing that could be asked again.
    if (!turn.dataset.parentId) card.querySelector('button')?.remove()
    if (card.querySelector('strong')?.textContent !== `${detail}.`) setPart(card, 'failure-detail', detail)
    part(turn, 'reply-status')?.replaceChildren(card)
    this.#conversation.follower.follow()
  }

  /** The server knows when it was said, and its other wordings. Without an answer the turn stays as it is. */
  async fetchSaid(messageId: string): Promise<void> {
    const { id, follower } = this.#conversation
    const fresh = await fetchTurn(id, messageId)
    const turn = turnOf(messageId)
    if (!(fresh instanceof HTMLElement) || this.#isLeft || turn === null) return
    await untilUnselected(turn)
    if (!this.#isLeft && turn.isConnected && !turn.hasAttribute('data-editing'))
      keepPlace(follower, () => replaceTurn(turn, fresh))
  }

  /** Looks again at the whole thread, once more if it is asked for meanwhile. */
  refresh(): Promise<void> {
    this.#isStale = true
    this.#refreshing ??= this.#refreshWhileStale().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** Takes over turns that the server rendered: all of another branch where `leafId` names its end. */
  merge(content: DocumentFragment, leafId: string | null, keep?: Element): void {
    if (this.#isLeft) return
    const { room, follower } = this.#conversation
    const { thread } = room
    let last: string | undefined
    const merge = () => {
      last = mergeThread(thread, content, (turn) => this.#isKept(turn), leafId === null)
    }
    keepPlace(follower, merge, keep)
    // What was refused stands on the page and in no tree.
    const leaf = turnsIn(thread).findLast(({ dataset }) => dataset.state !== 'refused')?.dataset.messageId
    setLeaf(room, leaf === last ? (leafId ?? leaf ?? null) : (leaf ?? null))
    thread.dispatchEvent(new CustomEvent('companions:inserted', { bubbles: true }))
    this.#conversation.turnsCame()
  }

  get #isLeft(): boolean {
    return this.#conversation.isLeft
  }

  #isKept(turn: HTMLElement): boolean {
    if (turn.hasAttribute('data-editing')) return true
    return turn.dataset.role === 'user' ? turn.dataset.state !== 'sent' : this.#conversation.live.has(turn)
  }

  async #refreshWhileStale(): Promise<void> {
    while (this.#isStale && !this.#isLeft) {
      this.#isStale = false
      const path = `/fragments/c/${this.#conversation.id}/thread`
      const found = await fetchFragment(path).catch(() => undefined)
      if (found?.status === 200 && !this.#isStale) this.merge(found.content, null)
    }
  }
}

/** Replacing what somebody has selected would take the selection away. Waits at most a minute. */
async function untilUnselected(turn: HTMLElement): Promise<void> {
  for (let waits = 0; waits < 60; waits += 1) {
    const selection = getSelection()
    if (!selection || selection.isCollapsed || !selection.containsNode(turn, true)) return
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}
