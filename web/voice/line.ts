import type { ClientFrame, ErrorFrame } from '../../bus/contract/frames.ts'
import { callLeaseMs } from '../../bus/contract/limits.ts'
import type { CallState } from '../../bus/contract/voice.ts'
import { waitMs } from '../chat/delivery.ts'

/** How one may go on after a refusal: here, in place of a call elsewhere, or by trying again. */
export type Offer = 'replace' | 'again'

export interface LineListener {
  /** @returns whether it went out. */
  send(frame: ClientFrame): boolean
  /** The call is open, on a socket where nothing was asked yet. */
  onOpen(): void
  /** It will not open by itself, for this reason in words for people. */
  onRefused(why: string, offer: Offer): void
  /** It did not open yet and is tried again, for the hub's reason. */
  onDelayed(detail: string): void
  /** It is over, for this reason in words for people. */
  onEnded(why: string): void
}

/** A hub that did not answer is asked again after this, in milliseconds. */
const unansweredMs = 5_000

/** How a call stands with the hub: asked for, open, opened again on another socket or with another hub, refused, over. */
export class Line {
  readonly #callId: string
  readonly #listener: LineListener
  #isWanted = false
  #isOpen = false
  #wasOpen = false
  #isHere = true
  #replaces = false
  #failures = 0
  #isAsked = false
  #askAtMs = 0
  #awaySinceMs: number | undefined

  constructor(callId: string, listener: LineListener) {
    this.#callId = callId
    this.#listener = listener
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get wasOpen(): boolean {
    return this.#wasOpen
  }

  get state(): 'connecting' | 'returning' | 'open' {
    if (this.#isOpen && this.#isHere) return 'open'
    return this.#wasOpen || !this.#isHere ? 'returning' : 'connecting'
  }

  /** @param replaces ends the person's calls elsewhere, where else there would be too many. */
  open(replaces: boolean): void {
    this.#isWanted = true
    this.#replaces = replaces
    this.#failures = 0
    this.#ask()
  }

  close(): void {
    this.#isWanted = false
    if (this.#isAsked) this.#listener.send({ type: 'call.end', call_id: this.#callId })
  }

  setHere(isHere: boolean): void {
    this.#isHere = isHere
  }

  /** The socket is another one, and its hub knows of no call. */
  welcomed(): void {
    this.#isOpen = false
    this.#ask()
  }

  stated({ state }: CallState): void {
    if (state === 'ended') {
      this.#listener.onEnded(ended)
      return
    }
    this.#isOpen = this.#wasOpen = true
    // A call that comes back on another socket takes no place that another one has got meanwhile.
    this.#replaces = false
    this.#failures = 0
    this.#listener.onOpen()
  }

  refused({ code, detail, retryable, retry_after_ms }: ErrorFrame): void {
    // Another call has its place: nobody was there to be told that this one ended.
    if (this.#wasOpen && code === 'rate_limited' && retry_after_ms !== undefined) {
      this.#listener.onEnded(ended)
      return
    }
    if (retryable && (this.#wasOpen || !refusals.has(code))) {
      this.#askAtMs = performance.now() + waitMs(retry_after_ms, this.#failures++)
      this.#listener.onDelayed(detail)
      return
    }
    this.#isWanted = false
    this.#listener.onRefused(refusals.get(code) ?? detail, code === 'rate_limited' ? 'replace' : 'again')
  }

  /** Called again and again while the call is on. */
  look(nowMs: number = performance.now()): void {
    if (!this.#isOpen && nowMs >= this.#askAtMs) this.#ask()
    this.#awaySinceMs = this.state === 'returning' ? (this.#awaySinceMs ?? nowMs) : undefined
    // What is said meanwhile is kept, and has its bound by this.
    if (nowMs - (this.#awaySinceMs ?? nowMs) > callLeaseMs)
      this.#listener.onEnded('The call ended: the server was away for too long.')
  }

  #ask(): void {
    if (!this.#isWanted || this.#isOpen) return
    this.#isAsked = true
    this.#askAtMs = performance.now() + unansweredMs
    this.#listener.send({
      type: 'call.start',
      call_id: this.#callId,
      ...(this.#replaces && { replace: true }),
    })
  }
}

const ended = 'The call ended: another one began, or this one was away for too long.'

/** Refusals that waiting does not mend; where no words stand, the hub's own. */
const refusals: ReadonlyMap<string, string | undefined> = new Map([
  ['rate_limited', undefined],
  [
    'speech_unavailable',
    'Nobody here can hear and speak at the moment. Calls work once a speech worker runs.',
  ],
  ['not_allowed', 'You may not call here. Whoever runs this house can allow it.'],
])
