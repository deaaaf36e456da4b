import type { ChatAccepted, ChatSendFrame } from '../../bus/contract/frames.ts'
import { Composer, type ComposerListener } from './composer.ts'
import type { Drafts, OutboxEntry, Refusal } from './kept.ts'
import { LiveReply, oncePerFrame } from './live-reply.ts'
import { announce } from './notices.ts'
import {
  isRunning,
  leafOf,
  type Room,
  replyTurn,
  saidTurn,
  setLeaf,
  setReplyState,
  setSaidState,
  setStatus,
  turnOf,
  turnsIn,
} from './page-parts.ts'
import type { RunningReply } from './replies.ts'
import { Follower } from './scroll.ts'

export interface ConversationListener extends ComposerListener {
  /** Turns came from the server; some may be running. */
  onTurns(): void
  /** A reply stands as the store has it. */
  onSettled(requestId: string): void
}

/** How long the store's word that it has a reply is waited for before it is asked, in milliseconds. */
const storedMs = 2_000

/** What brings the server's renderings: it comes after the first paint, or where one is wanted before. */
const loadFragments = () => import('./fragments.ts').catch(() => undefined)

/** The conversation that the page shows: its turns, the replies that grow in it, and the composer. */
export class Conversation {
  readonly room: Room
  readonly composer: Composer
  readonly follower: Follower
  readonly #companionName: string
  readonly #listener: ConversationListener
  readonly #live = new Map<string, LiveReply>()
  readonly #changed = new Set<LiveReply>()
  readonly #left = new AbortController()
  readonly #paintSoon = oncePerFrame(() => this.#paint())
  readonly #fetching = new Set<string>()
  #refreshing: Promise<void> | undefined
  #isHere = false
  #isStale = false

  constructor(room: Room, companionName: string, drafts: Drafts, listener: ConversationListener) {
    this.room = room
    this.#companionName = companionName
    this.#listener = listener
    this.follower = new Follower(room, this.#left.signal)
    this.composer = new Composer(room, drafts, listener, this.#left.signal)
  }

  get id(): string {
    return this.room.conversationId
  }

  /** The page shows something else now. */
  leave(): void {
    this.#left.abort()
    this.#live.clear()
  }

  get isLeft(): boolean {
    return this.#left.signal.aborted
  }

  /** Replies that the page shows as running. */
  running(): string[] {
    return turnsIn(this.room.thread)
      .filter((turn) => turn.dataset.role === 'assistant' && isRunning(turn))
      .map((turn) => turn.dataset.messageId ?? '')
  }

  /** What the person asked for, at once: the message, and a place for the answer. */
  showAsked(frame: ChatSendFrame): void {
    if (turnOf(frame.request_id)) return
    document.getElementById('welcome')?.remove()
    const { thread } = this.room
    for (const turn of this.#replacedBy(frame)) turn.remove()
    if (frame.kind !== 'regenerate' && !turnOf(frame.message_id)) thread.append(saidTurn(frame))
    const reply = replyTurn(frame)
    thread.append(reply)
    this.liveOf(frame.request_id)
    setLeaf(this.room, frame.request_id)
    this.#update()
  }

  setHere(isHere: boolean): void {
    this.#isHere = isHere
    for (const live of this.#live.values()) if (isRunning(live.turn)) live.setHere(isHere)
  }

  /** Takes a message that was not sent off the page again. */
  takeBack(frame: ChatSendFrame): void {
    turnOf(frame.request_id)?.remove()
    if (frame.kind !== 'regenerate') turnOf(frame.message_id)?.remove()
    if (leafOf(this.room) === frame.request_id) setLeaf(this.room, frame.parent_id)
    if (frame.kind === 'send') this.composer.giveBack(frame.message ?? '')
    this.forget(frame.request_id)
  }

  /** What was kept from before a reload, or refused. */
  showKept({ frame, refusal }: OutboxEntry): void {
    this.showAsked(frame)
    if (refusal) this.showRefused(frame, refusal)
  }

  showAccepted(frame: ChatSendFrame | undefined, { request_id, message_id, state }: ChatAccepted): void {
    const said = turnOf(message_id)
    if (frame && frame.kind !== 'regenerate' && said) {
      setSaidState(said, 'sent')
      void this.#fetchSaid(message_id)
    }
    this.liveOf(request_id)?.accept(state)
  }

  /** The reason stands at the message; nothing will answer it. */
  showRefused(frame: ChatSendFrame, { detail }: Refusal): void {
    const said = turnOf(frame.message_id)
    if (said && frame.kind !== 'regenerate') setSaidState(said, 'refused', detail)
    turnOf(frame.request_id)?.remove()
    this.forget(frame.request_id)
    for (const turn of turnsIn(this.room.thread))
      if (turn.dataset.parentId === frame.request_id) turn.dataset.parentId = frame.parent_id ?? ''
    if (leafOf(this.room) === frame.request_id) setLeaf(this.room, frame.parent_id)
    announce(`The message was not sent. ${detail}`)
  }

  /** @returns the growing reply of a request, where the page shows one. */
  liveOf(requestId: string): LiveReply | undefined {
    const present = this.#live.get(requestId)
    const turn = turnOf(requestId)
    if (turn === null || present?.turn === turn) return turn ? present : undefined
    if (!isRunning(turn)) return undefined
    const live = new LiveReply(turn, this.#companionName)
    live.setHere(this.#isHere)
    this.#live.set(requestId, live)
    return live
  }

  grow(reply: RunningReply): void {
    const live = this.liveOf(reply.requestId)
    if (live === undefined) return
    // Whatever else is heard before the first word, a beginning is told once.
    if (reply.reader.attempt > 0 && !live.hasBegun) announce(`${this.#companionName} is answering`)
    live.take(reply)
    this.#changed.add(live)
    this.#paintSoon()
  }

  /** All of it is here; the store's rendering takes its place once it is there. */
  end(reply: RunningReply): void {
    const live = this.liveOf(reply.requestId)
    live?.take(reply)
    live?.end()
    this.#update()
    announce(reply.reader.end?.type === 'error' ? 'The answer failed' : 'The answer is complete')
    setTimeout(() => this.#live.has(reply.requestId) && this.fetchReply(reply.requestId), storedMs)
  }

  forget(requestId: string): void {
    this.#live.delete(requestId)
    this.#update()
  }

  /** Puts the server's rendering of an ended reply in its place, without a jump. */
  async fetchReply(requestId: string): Promise<void> {
    if (this.#fetching.has(requestId)) return
    this.#fetching.add(requestId)
    const code = await loadFragments()
    const fresh = await code?.fetchEnded(this.id, requestId, () => !this.isLeft && turnOf(requestId) !== null)
    this.#fetching.delete(requestId)
    const turn = turnOf(requestId)
    if (this.isLeft || turn === null) return
    this.#listener.onSettled(requestId)
    if (code === undefined || fresh === undefined) return this.#missing(turn)
    await untilUnselected(turn)
    if (this.isLeft || !turn.isConnected) return
    this.#live.delete(requestId)
    this.follower.keepPlace(() => code.replaceTurn(turn, fresh))
    this.#update()
  }

  /** Looks again at the whole thread: something came from elsewhere, or may have while the connection was away. */
  refresh(): Promise<void> {
    this.#isStale = true
    this.#refreshing ??= this.#refreshWhileStale().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** Takes over turns that the server rendered: all of another branch where `leafId` names its end. */
  async merge(content: DocumentFragment, leafId: string | null, keep?: Element): Promise<void> {
    const code = await loadFragments()
    if (code === undefined || this.isLeft) return
    const isKept = (turn: HTMLElement) =>
      turn.hasAttribute('data-editing') ||
      (turn.dataset.role === 'user' ? turn.dataset.state !== 'sent' : this.#isLiveHere(turn))
    let last: string | undefined
    this.follower.keepPlace(() => {
      last = code.mergeThread(this.room.thread, content, isKept, leafId === null)
    }, keep)
    // What was refused stands on the page and in no tree.
    const leaf = turnsIn(this.room.thread).findLast(({ dataset }) => dataset.state !== 'refused')?.dataset
      .messageId
    setLeaf(this.room, leaf === last ? (leafId ?? leaf ?? null) : (leaf ?? null))
    this.room.thread.dispatchEvent(new CustomEvent('companions:inserted', { bubbles: true }))
    this.#listener.onTurns()
    this.#update()
  }

  async #refreshWhileStale(): Promise<void> {
    while (this.#isStale && !this.isLeft) {
      this.#isStale = false
      const code = await loadFragments()
      const found = await code?.fetchFragment(`/fragments/c/${this.id}/thread`).catch(() => undefined)
      if (found?.status === 200) await this.merge(found.content, null)
    }
  }

  /** The server knows when it was said, and its other wordings. Without an answer the turn stays as it is. */
  async #fetchSaid(messageId: string): Promise<void> {
    const code = await loadFragments()
    const fresh = await code?.fetchTurn(this.id, messageId)
    const turn = turnOf(messageId)
    if (!code || !(fresh instanceof HTMLElement) || this.isLeft || turn === null) return
    await untilUnselected(turn)
    if (!this.isLeft && turn.isConnected && !turn.hasAttribute('data-editing'))
      this.follower.keepPlace(() => code.replaceTurn(turn, fresh))
  }

  /** A reply that grows here, or has grown and waits for its rendering. */
  #isLiveHere(turn: HTMLElement): boolean {
    return this.#live.get(turn.dataset.messageId ?? '')?.turn === turn
  }

  /** Turns that go from the page because another wording or answer takes their place. */
  #replacedBy({ kind, message_id, parent_id }: ChatSendFrame): HTMLElement[] {
    if (kind === 'send') return []
    const turns = turnsIn(this.room.thread)
    const at = turns.findIndex(({ dataset }) =>
      kind === 'edit'
        ? dataset.role === 'user' && (dataset.parentId || null) === parent_id
        : dataset.messageId === message_id,
    )
    if (at < 0) return []
    return turns.slice(kind === 'edit' ? at : at + 1)
  }

  #missing(turn: HTMLElement): void {
    if (!isRunning(turn)) return
    setReplyState(turn, 'failed')
    setStatus(turn, 'This answer could not be fetched. Reload the page to look again.', true)
    this.#update()
  }

  #paint(): void {
    for (const live of this.#changed) if (live.turn.isConnected && isRunning(live.turn)) live.paint()
    this.#changed.clear()
    this.follower.follow()
  }

  #update(): void {
    this.composer.setAnswering(this.running().length > 0)
    this.follower.follow()
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
