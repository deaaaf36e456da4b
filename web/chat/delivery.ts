import type { ChatSendFrame, ErrorFrame } from '../../bus/contract/frames.ts'
import { backoffMs } from './backoff.ts'
import type { Outbox, Refusal } from './outbox.ts'

export interface DeliveryListener {
  /** @returns whether it went out. */
  send(frame: ChatSendFrame): boolean
  onRefused(frame: ChatSendFrame, refusal: Refusal): void
}

/** From sending to an answer, in milliseconds; then it is sent again, which the hub takes as the same. */
const answerMs = 15_000

/**
 * Sends what is in the outbox one after the other: the next only when the one before it is answered, since it may be
 * its child in the tree. A refusal that can pass is tried again after a while; one that cannot is told and left.
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
    this.#flying = frame.request_id
    this.#again(answerMs)
  }

  /** The socket is new or gone: whatever was on its way is unanswered. */
  restart(): void {
    clearTimeout(this.#timer)
    this.#flying = undefined
    this.pump()
  }

  /** Whether a request is on its way and its answer is not here. */
  isFlying(requestId: string): boolean {
    return this.#flying === requestId
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
  fail({ code, detail, retryable, request_id }: Omit<ErrorFrame, 'type'>): void {
    const entry = request_id === undefined ? undefined : this.#outbox.find(request_id)
    if (request_id === undefined || entry === undefined || entry.refusal !== undefined) return
    if (retryable) return this.#again(1_000 + backoffMs(this.#failures++))
    this.#outbox.refuse(request_id, { code, detail })
    this.#listener.onRefused(entry.frame, { code, detail })
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
