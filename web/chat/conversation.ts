import type { ChatAccepted, ChatSendFrame } from '../../bus/contract/frames.ts'
import { Composer, type ComposerListener } from './composer.ts'
import { type Drafts, type OutboxEntry, type Refusal, standsBefore } from './kept.ts'
import { LiveReplies } from './live-replies.ts'
import { tell } from './notices.ts'
import {
  type Failure,
  isRunning,
  leafOf,
  type Room,
  replacedBy,
  replyTurn,
  saidTurn,
  setLeaf,
  setReplyState,
  setSaidState,
  setStatus,
  turnOf,
  turnsIn,
} from './page-parts.ts'
import type { Renderings } from './renderings.ts'
import { Follower } from './scroll.ts'

export interface ConversationListener extends ComposerListener {
  /** Turns came from the server; some may be running. */
  onTurns(): void
  /** A reply stands as the store has it. */
  onSettled(requestId: string): void
}

/** The conversation that the page shows: its turns, the replies that grow in it, and the composer. */
export class Conversation {
  readonly room: Room
  readonly composer: Composer
  readonly follower: Follower
  readonly live: LiveReplies
  readonly #listener: ConversationListener
  readonly #left = new AbortController()
  #renderings: Promise<Renderings | undefined> | undefined

  constructor(room: Room, companionName: string, drafts: Drafts, listener: ConversationListener) {
    this.room = room
    this.#listener = listener
    this.live = new LiveReplies(companionName, this)
    this.follower = new Follower(room, this.#left.signal)
    this.composer = new Composer(room, drafts, listener, this.#left.signal)
  }

  get id(): string {
    return this.room.conversationId
  }

  /** The page shows something else now. */
  leave(): void {
    this.#left.abort()
    this.live.clear()
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
    for (const turn of replacedBy(frame, thread)) turn.remove()
    if (frame.kind !== 'regenerate' && !turnOf(frame.message_id)) thread.append(saidTurn(frame))
    const reply = replyTurn(frame)
    thread.append(reply)
    this.live.of(frame.request_id)
    setLeaf(this.room, frame.request_id)
    this.update()
  }

  /** Takes a message that was not sent off the page again. */
  takeBack(entry: OutboxEntry): void {
    const { frame } = entry
    this.#unanswered(entry)
    if (frame.kind !== 'regenerate') turnOf(frame.message_id)?.remove()
    if (frame.kind === 'send') this.composer.giveBack(frame.message ?? '')
  }

  /** What was kept from before a reload, or refused. */
  showKept(entry: OutboxEntry): void {
    this.showAsked(entry.frame)
    if (entry.refusal) this.showRefused(entry, entry.refusal)
  }

  showAccepted(frame: ChatSendFrame | undefined, { request_id, message_id, state }: ChatAccepted): void {
    const said = turnOf(message_id)
    if (frame && frame.kind !== 'regenerate' && said) {
      setSaidState(said, 'sent')
      void this.#rendered().then((code) => code?.fetchSaid(message_id))
    }
    this.live.of(request_id)?.accept(state)
  }

  /** The reason stands at the message; nothing will answer it. */
  showRefused(entry: OutboxEntry, { detail }: Refusal): void {
    const said = turnOf(entry.frame.message_id)
    if (said && entry.frame.kind !== 'regenerate') setSaidState(said, 'refused', detail)
    this.#unanswered(entry)
    tell('said', `The message was not sent. ${detail}`)
  }

  /** There will be no answer: its place goes, and what stood behind it follows what stands before it. */
  #unanswered(entry: OutboxEntry): void {
    const { request_id } = entry.frame
    const before = standsBefore(entry)
    turnOf(request_id)?.remove()
    for (const turn of turnsIn(this.room.thread))
      if (turn.dataset.parentId === request_id) turn.dataset.parentId = before ?? ''
    if (leafOf(this.room) === request_id) setLeaf(this.room, before)
    this.forget(request_id)
  }

  /** Replies have begun, grown or ended. */
  update(): void {
    this.composer.setAnswering(this.running().length > 0)
    this.follower.follow()
  }

  /** Its turn stays, and grows no longer. */
  forget(requestId: string): void {
    this.live.forget(requestId)
    this.update()
  }

  async showFailure(turn: HTMLElement, failure: Failure): Promise<void> {
    const code = await this.#rendered()
    if (code) code.showFailure(turn, failure)
    else setStatus(turn, failure.detail)
  }

  /** Puts the server's rendering of an ended reply in its place, without a jump. */
  async fetchReply(requestId: string): Promise<void> {
    const code = await this.#rendered()
    if (code) return code.fetchReply(requestId)
    this.settled(requestId)
    this.missing(requestId)
  }

  /** Looks again at the whole thread: something came from elsewhere, or may have while the connection was away. */
  async refresh(): Promise<void> {
    await (await this.#rendered())?.refresh()
  }

  /** Takes over turns that the server rendered: all of another branch where `leafId` names its end. */
  async merge(content: DocumentFragment, leafId: string | null, keep?: Element): Promise<void> {
    ;(await this.#rendered())?.merge(content, leafId, keep)
  }

  /** Turns came from the server. */
  turnsCame(): void {
    this.#listener.onTurns()
    this.update()
  }

  /** Nothing more is heard of a reply here: the store has all there is of it. */
  settled(requestId: string): void {
    this.#listener.onSettled(requestId)
  }

  /** The rendering of a reply did not come in all tries. */
  missing(requestId: string): void {
    const turn = turnOf(requestId)
    if (this.isLeft || turn === null || !isRunning(turn)) return
    setReplyState(turn, 'failed')
    setStatus(turn, 'This answer could not be fetched. Reload the page to look again.', true)
    this.update()
  }

  /** What brings the server's renderings comes after the first paint, or where one is wanted before. */
  #rendered(): Promise<Renderings | undefined> {
    this.#renderings ??= import('./renderings.ts').then(
      ({ Renderings }) => new Renderings(this),
      () => {
        this.#renderings = undefined
        return undefined
      },
    )
    return this.#renderings
  }
}
