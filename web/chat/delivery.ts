import type { ChatSendFrame, ErrorFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { backoffMs } from '../../bus/contract/protocol.ts'
import { wellFormed, withoutControls } from '../../bus/contract/text.ts'
import type { Outbox, OutboxEntry } from './kept.ts'
import { encode } from './messagepack.ts'
import { leafOf, type Room } from './page-parts.ts'

/** What a request is about; the rest of its frame is the same for all. A message without a parent hangs at the leaf. */
export interface Asked {
  readonly kind: ChatSendFrame['kind']
  readonly message_id: string
  readonly parent_id?: string | null
  readonly message?: string
  /** The answer is to be read aloud. */
  readonly speak?: boolean
}

/** What one message may be: UTF-16 code units, and bytes of its frame. */
export interface Limits {
  readonly messageLength: number
  readonly frameBytes: number
}

/** What the page knows; the hub says both in its welcome. */
export const limitsOf = (page: DOMStringMap): Limits => ({
  messageLength: Number(page.maxMessageLength) || Infinity,
  frameBytes: Infinity,
})

/** A text as the hub would clean it, without blank space around it. */
export const cleaned = (text: string): string => withoutControls(wellFormed(text)).trim()

export function frameOf(room: Room, asked: Asked): ChatSendFrame {
  const model = document.querySelector<HTMLInputElement>('#model-id')?.value
  return {
    type: 'chat.send',
    request_id: uuidv7(),
    conversation_id: room.conversationId,
    parent_id: leafOf(room),
    ...asked,
    ...(model && { model }),
  }
}

/** @returns in words for people, why the hub would not take this frame. */
export function flawOf(frame: ChatSendFrame, limits: Limits): string | undefined {
  const { length } = frame.message ?? ''
  if (length > limits.messageLength)
    return `This is too long to send: ${length.toLocaleString()} characters where ${limits.messageLength.toLocaleString()} fit.`
  if (encode(frame).byteLength > limits.frameBytes) return 'This is too large to send.'
  return undefined
}

/** The first message of a new conversation makes it one. @returns whether it was the first. */
export function begin({ chat, conversationId }: Room): boolean {
  if (chat.dataset.new !== 'true') return false
  chat.dataset.new = 'false'
  // The mark lets HTMX restore this entry on back and forward.
  history.replaceState({ htmx: true }, '', `/c/${conversationId}`)
  return true
}

export interface DeliveryListener {
  /** @returns whether it went out. */
  send(frame: ChatSendFrame): boolean
  /** Its `refusal` is set. */
  onRefused(entry: OutboxEntry): void
  /** Not taken for now; it is sent again after `afterMs`. */
  onDelayed(frame: ChatSendFrame, why: string, afterMs: number): void
}

/** From sending to an answer, in milliseconds; then it is sent again, which the hub takes as the same. */
const answerMs = 15_000
/** Longest wait that a hub is believed, in milliseconds; a timer past 24 days would be over at once. */
const longestMs = 86_400_000

/** How long to wait after so many failures before: as the hub says, or a second, and a little longer by chance. */
export const waitMs = (retryAfterMs = 1_000, failures = 0): number =>
  Math.min(longestMs, retryAfterMs) + backoffMs(failures)

/**
 * Sends what is in the outbox one after the other: the next only when the one before it is answered, since it may be
 * its child in the tree. A refusal that can pass is tried again when the hub says, or after a while; one that cannot is
 * told and left.
 */
export class Delivery {
  readonly #outbox: Outbox
  readonly #listener: DeliveryListener
  #flying: string | undefined
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(outbox: Outbox, listener: DeliveryListener) {
    this.#outbox = outbox
    this.#listener = listener
  }

  /** Sends the next entry, if nothing is on its way. */
  pump(): void {
    if (this.#flying !== undefined) return
    const frame = this.#outbox.next()
    if (frame === undefined || !this.#listener.send(frame)) return
    this.#outbox.setSent(frame.request_id, true)
    this.#flying = frame.request_id
    this.#again(answerMs)
  }

  /** The socket is new or gone: whatever was on its way is unanswered. */
  restart(): void {
    clearTimeout(this.#timer)
    this.#flying = undefined
    this.pump()
  }

  /** It is not to be sent after all. @returns false where the hub may have it already, over whatever connection. */
  takeBack(requestId: string): boolean {
    if (this.#outbox.find(requestId)?.sent !== false) return false
    this.#outbox.takeBack(requestId)
    this.#answered(requestId)
    return true
  }

  /** @returns the frame that was accepted, if this tab had it. */
  accept(requestId: string): ChatSendFrame | undefined {
    const frame = this.#outbox.find(requestId)?.frame
    this.#outbox.remove(requestId)
    this.#failures = 0
    this.#answered(requestId)
    return frame
  }

  /** An error that names a request which is not in the outbox is about something else. */
  fail({ code, detail, retryable, request_id, retry_after_ms }: Omit<ErrorFrame, 'type'>): void {
    const entry = request_id === undefined ? undefined : this.#outbox.find(request_id)
    if (request_id === undefined || entry === undefined || entry.refusal !== undefined) return
    if (retryable) {
      const afterMs = waitMs(retry_after_ms, this.#failures++)
      // Where the hub says when, it is past its limits, and has kept nothing; other failures may come after the commit.
      if (retry_after_ms !== undefined) this.#outbox.setSent(request_id, false)
      this.#listener.onDelayed(entry.frame, detail, afterMs)
      this.#again(afterMs)
      return
    }
    const refusal = { code, detail }
    this.#outbox.refuse(request_id, refusal)
    this.#listener.onRefused({ ...entry, refusal })
    this.#answered(request_id)
  }

  /** @returns whether the frame that made the hub close the socket was ours; it then is refused. */
  blame(code: string, detail: string): boolean {
    if (this.#flying === undefined) return false
    this.fail({ code, detail, retryable: false, request_id: this.#flying })
    return true
  }

  #answered(requestId: string): void {
    if (this.#flying === requestId) this.restart()
  }

  #again(afterMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.restart(), afterMs)
  }
}
