import { maxAudioFrameBytes, maxUtteranceBytes } from '../../bus/contract/limits.ts'
import type { CallAudioFrame, CallMissing } from '../../bus/contract/voice.ts'

/** While somebody speaks their sound goes out in pieces of this many bytes: 100 ms. */
const pieceBytes = 3_200
/** Shortest time between two pieces, in milliseconds: half as many as a hub takes of a socket, which is asked more. */
const pieceMs = 40
/** A hub holds no more of a call; so later ones wait until it is done with the earlier. */
const mostAtHub = 2

export interface UtterancesListener {
  /** @returns whether it went out. */
  send(frame: CallAudioFrame): boolean
  /** More of an utterance has gone out. */
  onSent(): void
}

interface Utterance {
  readonly number: number
  sound: Uint8Array<ArrayBuffer>
  length: number
  /** Bytes that the hub may have. */
  sent: number
  /** Bytes that go out as soon as they may, without waiting for a whole piece. */
  wanted: number
}

/** Keeps the sound of what was said until its words are known, and brings it to the hub, over sockets and hubs. */
export class Utterances {
  readonly #callId: string
  readonly #listener: UtterancesListener
  readonly #kept = new Map<number, Utterance>()
  #count = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(callId: string, listener: UtterancesListener) {
    this.#callId = callId
    this.#listener = listener
  }

  /** @returns the number of a new one. */
  begin(): number {
    const number = this.#count
    this.#count += 1
    this.#kept.set(number, {
      number,
      sound: new Uint8Array(maxUtteranceBytes / 16),
      length: 0,
      sent: 0,
      wanted: 0,
    })
    return number
  }

  add(number: number, samples: Int16Array<ArrayBuffer>): void {
    const one = this.#kept.get(number)
    if (one === undefined) return
    append(one, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
    this.pump()
  }

  /** Ends one after its first `length` bytes. @returns the number of another one, which has the rest. */
  cut(number: number, length: number): number {
    const one = this.#kept.get(number)
    const next = this.begin()
    const rest = this.#kept.get(next)
    if (one && rest) append(rest, one.sound.subarray(length, one.length))
    if (one) one.length = Math.min(one.length, length)
    return next
  }

  /** In bytes. */
  lengthOf(number: number): number {
    return this.#kept.get(number)?.length ?? 0
  }

  /** @returns whether the hub may have its first `length` bytes; else they are on their way from now on. */
  isSent(number: number, length: number): boolean {
    const one = this.#kept.get(number)
    if (one === undefined) return false
    one.wanted = Math.max(one.wanted, length)
    return one.sent >= length
  }

  /** The hub lacks what follows `offset`. */
  missing({ utterance, offset }: Pick<CallMissing, 'utterance' | 'offset'>): void {
    const one = this.#kept.get(utterance)
    if (one === undefined) return
    one.wanted = Math.max(one.wanted, one.sent)
    one.sent = Math.min(one.sent, offset)
    this.pump()
  }

  /** Its words are known, or it was none. */
  forget(number: number): void {
    this.#kept.delete(number)
    this.pump()
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#kept.clear()
  }

  /** Sends the next piece, where one is due. */
  pump(): void {
    if (this.#timer !== undefined) return
    const one = [...this.#kept.values()].slice(0, mostAtHub).find(isDue)
    if (one === undefined) return
    const data = one.sound.slice(one.sent, Math.min(one.length, one.sent + maxAudioFrameBytes))
    const { number: utterance, sent: offset } = one
    if (!this.#listener.send({ type: 'call.audio', call_id: this.#callId, utterance, offset, data })) return
    one.sent += data.length
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.pump()
    }, pieceMs)
    this.#listener.onSent()
  }
}

const isDue = ({ length, sent, wanted }: Utterance): boolean =>
  length - sent >= pieceBytes || sent < Math.min(length, wanted)

/** What does not fit any more is left out: nobody asks for more of an utterance than it may hold. */
function append(one: Utterance, bytes: Uint8Array): void {
  const length = Math.min(maxUtteranceBytes, one.length + bytes.length)
  if (length > one.sound.length) {
    const larger = new Uint8Array(Math.min(maxUtteranceBytes, Math.max(length, 2 * one.sound.length)))
    larger.set(one.sound.subarray(0, one.length))
    one.sound = larger
  }
  one.sound.set(bytes.subarray(0, length - one.length), one.length)
  one.length = length
}
