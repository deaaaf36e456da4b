import type { ClientFrame, HubFrame } from '../../bus/contract/frames.ts'
import { waitMs } from '../chat/delivery.ts'

/**
 * Says to the hub how far an answer was heard that is written to its end: what was not heard goes. Said again with each
 * new socket, and where it could not be done just now, until a change of the answer shows that it was.
 */
export class Cuts {
  readonly #send: (frame: ClientFrame) => boolean
  readonly #offsets = new Map<string, number>()
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()
  #failures = 0

  constructor(send: (frame: ClientFrame) => boolean) {
    this.#send = send
  }

  add(requestId: string, heardOffset: number): void {
    if (this.#offsets.has(requestId)) return
    this.#offsets.set(requestId, heardOffset)
    this.#say(requestId)
  }

  /** Each frame from the hub. */
  hear(frame: HubFrame): void {
    if (frame.type === 'welcome') for (const requestId of this.#offsets.keys()) this.#say(requestId)
    else if (frame.type === 'chat.changed') this.#offsets.delete(frame.request_id ?? '')
    else if (frame.type === 'error') this.#fail(frame.request_id ?? '', frame)
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#offsets.clear()
  }

  #say(request_id: string): void {
    const heard_offset = this.#offsets.get(request_id)
    if (heard_offset !== undefined) this.#send({ type: 'chat.cancel', request_id, heard_offset })
  }

  #fail(requestId: string, { retryable, retry_after_ms }: { retryable: boolean; retry_after_ms?: number }) {
    if (!this.#offsets.has(requestId)) return
    if (!retryable) return void this.#offsets.delete(requestId)
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        this.#say(requestId)
      },
      waitMs(retry_after_ms, this.#failures++),
    )
    this.#timers.add(timer)
  }
}
