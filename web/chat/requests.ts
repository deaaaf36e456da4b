import type {
  ChatAccepted,
  ChatCancelFrame,
  ChatSendFrame,
  ClientFrame,
  ErrorFrame,
} from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Conversation } from './conversation.ts'
import { type Asked, begin, Delivery, flawOf, frameOf, type Limits } from './delivery.ts'
import { Outbox, type OutboxEntry, type SharedStorage } from './kept.ts'
import { tell } from './notices.ts'
import { hasEnded, leafOf } from './page-parts.ts'
import type { Replies } from './replies.ts'
import type { Stops } from './stops.ts'

/** How much of an answer a person heard who interrupts it. */
export type Heard = Pick<ChatCancelFrame, 'heard_offset'>

export interface RequestsSurroundings {
  readonly storage: SharedStorage | undefined
  readonly userId: string
  readonly tab: string
  readonly limits: Limits
  readonly replies: Replies
  /** The conversation on the page. */
  shown(): Conversation | undefined
  /** @returns whether it went out. */
  send(frame: ClientFrame): boolean
}

/** What a person asks for on this page, from the key that is pressed to the hub's word that it has it, and stopping it. */
export class Requests {
  readonly outbox: Outbox
  limits: Limits
  readonly #around: RequestsSurroundings
  readonly #delivery: Delivery
  /** Requests that are to be stopped, until they end, and how much of the answer was heard where it was read aloud. */
  readonly stopped = new Map<string, Heard>()
  /** Keeps them; comes a moment later. */
  stops: Stops | undefined
  /** Conversations whose first message the hub does not have yet. */
  readonly #begun = new Set<string>()

  constructor(around: RequestsSurroundings) {
    this.#around = around
    this.limits = around.limits
    this.outbox = new Outbox(around.storage, around.userId, around.tab)
    this.#delivery = new Delivery(this.outbox, {
      send: (frame) => {
        const isSent = around.send(frame)
        if (isSent) this.#tellUnsent(frame, 'Sending')
        return isSent
      },
      onRefused: (entry) => this.#onRefused(entry),
      onDelayed: (frame, why, afterMs) =>
        this.#tellUnsent(frame, `Not taken yet, sent again ${whenIn(afterMs)}. ${why}`),
    })
  }

  /** @returns why it was not taken, in words for people. */
  send(message: string, more?: Pick<Asked, 'speak'>): string | undefined {
    return this.ask({ kind: 'send', message_id: uuidv7(), message, ...more })
  }

  /** Sends, edits or regenerates in the conversation that is shown. @returns why it was not taken. */
  ask(asked: Asked): string | undefined {
    const conversation = this.#around.shown()
    if (conversation === undefined) return 'There is no conversation here.'
    const { room } = conversation
    const frame = frameOf(room, asked)
    const flaw = flawOf(frame, this.limits)
    if (flaw !== undefined) return flaw
    if (!this.outbox.add(frame, leafOf(room))) return 'Too much waits to be sent already.'
    this.#around.replies.follow(frame.request_id)
    conversation.showAsked(frame)
    conversation.follower.toEnd()
    if (begin(room)) {
      this.#begun.add(conversation.id)
      conversation.composer.begun()
    }
    this.#delivery.pump()
    return undefined
  }

  /** Stops the answer that is written or, before that, waits first. What was not sent yet is taken back. */
  stop(requestId: string | undefined = this.#around.shown()?.running()[0], heard: Heard = {}): void {
    if (requestId === undefined || this.takeBack(requestId)) return
    this.stopped.set(requestId, heard)
    this.stops?.keep(requestId)
    this.sendStops()
  }

  /** @returns false where there is nothing to take back, or the hub may have it. */
  takeBack(requestId: string): boolean {
    const entry = this.outbox.find(requestId)
    if (!entry || !this.#delivery.takeBack(requestId)) return false
    this.ended(requestId)
    this.#around.replies.forget(requestId)
    const shown = this.#shown(entry.frame)
    shown?.takeBack(entry)
    if (entry.frame.kind !== 'send') void shown?.refresh()
    return true
  }

  /** Those that the hub has, shown or not; the others when it has them. */
  sendStops(): void {
    for (const [request_id, heard] of this.stopped) {
      if (hasEnded(request_id)) {
        this.ended(request_id)
        continue
      }
      this.#around.shown()?.live.of(request_id)?.stop()
      if (!this.outbox.find(request_id)) this.#around.send({ type: 'chat.cancel', request_id, ...heard })
    }
  }

  /** There is nothing to stop any more. */
  ended(requestId: string): void {
    this.stopped.delete(requestId)
    this.stops?.forget(requestId)
  }

  /** Shows what of the conversation on the page the hub does not have yet. */
  show(): void {
    const conversation = this.#around.shown()
    if (conversation === undefined) return
    for (const entry of this.outbox.of(conversation.id)) {
      conversation.showKept(entry)
      if (entry.refusal === undefined) this.#around.replies.follow(entry.frame.request_id)
    }
    this.stops?.takeUp(conversation.running())
  }

  /** Takes over what gone tabs had not sent. @param isGone whether a tab is no more. */
  adopt(isGone: (tab: string) => boolean): void {
    if (this.outbox.adopt(isGone).length > 0) this.show()
    this.#delivery.pump()
  }

  /** The socket is new or gone. */
  restart(): void {
    this.sendStops()
    this.#delivery.restart()
  }

  /** @returns the frame that was accepted, if this tab had it. */
  accept({ request_id, conversation_id }: ChatAccepted): ChatSendFrame | undefined {
    const frame = this.#delivery.accept(request_id)
    if (this.#begun.delete(conversation_id)) tell('conversation', { id: conversation_id })
    return frame
  }

  fail(error: Omit<ErrorFrame, 'type'>): void {
    this.#delivery.fail(error)
    this.stops?.fail(error)
  }

  /** @returns whether the frame that made the hub close the socket was ours; it then is refused. */
  blame(code: string, detail: string): boolean {
    return this.#delivery.blame(code, detail)
  }

  #onRefused(entry: OutboxEntry): void {
    const { frame, refusal } = entry
    this.ended(frame.request_id)
    this.#around.replies.forget(frame.request_id)
    const shown = this.#shown(frame)
    if (refusal) shown?.showRefused(entry, refusal)
    if (frame.kind !== 'regenerate') return
    this.outbox.remove(frame.request_id)
    tell('toast', refusal?.detail)
    void shown?.refresh()
  }

  #tellUnsent({ request_id }: ChatSendFrame, words: string): void {
    this.#around.shown()?.live.of(request_id)?.unsent(words)
  }

  #shown(frame: ChatSendFrame): Conversation | undefined {
    const shown = this.#around.shown()
    return shown?.id === frame.conversation_id ? shown : undefined
  }
}

/** A minute is soon; after that a person wants to know. */
export const whenIn = (ms: number): string =>
  ms > 60_000 ? `at ${new Date(Date.now() + ms).toLocaleTimeString('en-GB', { timeStyle: 'short' })}` : 'soon'
