import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { decode } from '@msgpack/msgpack'
import { WebSocket } from 'ws'
import { encode } from '../../bus/contract/codec.ts'
import type { HubFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxAudioFrameBytes, voiceSampleRateHz } from '../../bus/contract/limits.ts'
import { protocolVersion, socketPath, subprotocol } from '../../bus/contract/protocol.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { type Ask, checkSound, checkWords, type Kind, pieceOfText, utterance } from './questions.ts'

/** Sound as a page sends it while somebody speaks. */
const pieceMs = 100
const pieceBytes = (2 * voiceSampleRateHz * pieceMs) / 1000

type Answer = Extract<HubFrame, { type: 'call.transcript' | 'call.speech' }>

/** A page that is in a call, and has sent an utterance whose words it asks for again and again. */
export class HomeCaller implements Readonly<Record<Kind, Ask>> {
  readonly #id = uuidv7()
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #questions = 0
  #utterances = 0

  constructor(origin: string, cookie: string) {
    const options = { origin, headers: { cookie }, perMessageDeflate: false }
    this.#socket = new WebSocket(`${origin.replace('http', 'ws')}${socketPath}`, subprotocol, options)
    this.#socket.on('message', (data: Uint8Array) => this.#take(decode(data) as HubFrame))
    this.#socket.on('close', onLost)
  }

  /** Resolves when the house has taken the call. */
  async open(): Promise<void> {
    await once(this.#socket, 'open')
    const welcomed = once(this.#socket, 'welcome')
    this.#send({ type: 'hello', protocol: protocolVersion, client_id: uuidv7(), resume: [] })
    await welcomed
    // The hub remembers for some seconds that nobody heard or spoke yet.
    await waitUntil('the call is taken', () => this.#start(), { intervalMs: 1_000 })
    const number = this.#utterances++
    for (let offset = 0; offset < utterance.byteLength; offset += maxAudioFrameBytes)
      this.#sendSound(number, offset, utterance.subarray(offset, offset + maxAudioFrameBytes))
  }

  /** Hangs up: a call that was only left would count until its lease is over. */
  async close(): Promise<void> {
    this.#send({ type: 'call.end', call_id: this.#id })
    this.#socket.removeListener('close', onLost).close()
    await once(this.#socket, 'close')
  }

  async say(): Promise<void> {
    const answer = await this.#ask({ type: 'call.say', text: pieceOfText })
    if (answer.type === 'call.speech') checkSound(answer.audio)
  }

  async hear(): Promise<void> {
    const answer = await this.#ask({ type: 'call.transcribe', utterance: 0, length: utterance.byteLength })
    if (answer.type === 'call.transcript') checkWords(answer.text)
  }

  /** Sends another utterance of so many seconds, as it is spoken. */
  async speak(seconds: number): Promise<void> {
    const [number, begunMs] = [this.#utterances++, performance.now() + Math.random() * pieceMs]
    const piece = utterance.subarray(0, pieceBytes)
    for (let count = 0; count * pieceMs < seconds * 1000; count += 1) {
      // After a standstill of this process all at once would be more frames than a socket may send.
      await pause(Math.max(pieceMs / 4, begunMs + count * pieceMs - performance.now()))
      this.#sendSound(number, count * pieceBytes, piece)
    }
  }

  async #start(): Promise<boolean> {
    const told = once(this.#socket, 'call')
    this.#send({ type: 'call.start', call_id: this.#id })
    const [isOpen] = await told
    return isOpen === true
  }

  #ask(asked: object): Promise<Answer> {
    const question = this.#questions++
    return new Promise((resolve) => {
      this.#waiting.set(question, resolve)
      this.#send({ ...asked, call_id: this.#id, question })
    })
  }

  #sendSound(utteranceNumber: number, offset: number, data: Uint8Array): void {
    this.#send({ type: 'call.audio', call_id: this.#id, utterance: utteranceNumber, offset, data })
  }

  #send(frame: object): void {
    this.#socket.send(encode(frame))
  }

  #take(frame: HubFrame): void {
    if (frame.type === 'welcome') this.#socket.emit('welcome')
    else if (frame.type === 'call.state') this.#socket.emit('call', frame.state === 'open')
    else if (frame.type === 'error' && frame.code === 'speech_unavailable') this.#socket.emit('call', false)
    else if (frame.type === 'call.missing') throw new Error(`Sound is missing from ${frame.offset} on`)
    else if (frame.type === 'error' || frame.type === 'call.failed')
      throw new Error(`The hub answered ${frame.code}: ${frame.detail}`)
    else if (frame.type === 'call.speech' || frame.type === 'call.transcript') {
      this.#waiting.get(frame.question)?.(frame)
      this.#waiting.delete(frame.question)
    }
  }
}

function onLost(code: number, reason: Buffer): never {
  throw new Error(`The hub closed a socket: ${code} ${reason}`)
}
