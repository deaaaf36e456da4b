import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { decode, encode } from '../../bus/contract/codec.ts'
import type { HubFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxBusDepth } from '../../bus/contract/limits.ts'
import { socketPath, subprotocol } from '../../bus/contract/protocol.ts'
import { newReader, readAhead, readEntry } from '../../bus/contract/reply-reader.ts'

const frameLimits = { bytes: 8 * 1024 * 1024, depth: maxBusDepth, elements: 100_000 }
const [shortestMs, longestMs] = [500, 15_000]

/**
 * A browser that asks one thing and reads the reply to its end, however often its socket is taken from it: it comes
 * back as PROTOCOL section 6 says, and goes on where it stood.
 */
export class ReturningReader {
  /** How each socket ended but the last, which is its own doing: 1006 for one that was broken off or never opened. */
  readonly closes: number[] = []
  /** When pieces of text came, in the time of `performance.now()`, and how many words each brought. */
  readonly heard: { readonly atMs: number; readonly words: number }[] = []
  /** How many resumes were answered. */
  resumed = 0
  /** Resolves with the whole text. */
  readonly whole: Promise<string>
  readonly #origin: string
  readonly #cookie: string
  readonly #requestId = uuidv7()
  readonly #ended = Promise.withResolvers<string>()
  readonly #begun = Promise.withResolvers<void>()
  #reader = newReader()
  #position = { epoch: 0, seq: 0 }
  #question: Uint8Array | undefined
  #socket: WebSocket | undefined
  #failures = 0
  #retryAfterMs: number | undefined
  #stopped = false

  constructor(origin: string, cookie: string) {
    this.#origin = origin
    this.#cookie = cookie
    this.whole = this.#ended.promise
  }

  /** The attempt that is being read. */
  get attempt(): number {
    return this.#reader.attempt
  }

  /** Asks, and resolves when the first text is there. */
  async ask(message: string): Promise<void> {
    const ids = {
      request_id: this.#requestId,
      conversation_id: uuidv7(),
      message_id: uuidv7(),
      parent_id: null,
    }
    this.#question = encode({ type: 'chat.send', kind: 'send', ...ids, message })
    this.#connect()
    await this.#begun.promise
  }

  stop(): void {
    this.#stopped = true
    this.#socket?.terminate()
  }

  #connect(): void {
    if (this.#stopped) return
    const socket = new WebSocket(`${this.#origin.replace('http', 'ws')}${socketPath}`, subprotocol, {
      headers: { cookie: this.#cookie },
      origin: this.#origin,
      perMessageDeflate: false,
    })
    this.#socket = socket
    const resume = this.#position.seq > 0 ? [{ request_id: this.#requestId, ...this.#position }] : []
    const hello = { type: 'hello', protocol: 1, client_id: uuidv7(), resume }
    socket.on('open', () => socket.send(encode(hello)))
    socket.on('message', (data: Uint8Array) => this.#hear(decode(data, frameLimits) as HubFrame))
    socket.on('error', () => {})
    socket.on('close', (code) => void this.#comeBack(code))
  }

  async #comeBack(code: number): Promise<void> {
    if (this.#stopped) return
    this.closes.push(code)
    const backoffMs = Math.random() * Math.min(longestMs, shortestMs * 2 ** this.#failures)
    this.#failures += 1
    await pause(this.#retryAfterMs ?? backoffMs)
    this.#retryAfterMs = undefined
    this.#connect()
  }

  #hear(frame: HubFrame): void {
    if (frame.type === 'welcome') {
      this.#failures = 0
      if (this.#question) this.#socket?.send(this.#question)
    } else if (frame.type === 'chat.accepted') this.#question = undefined
    else if (frame.type === 'notice') this.#retryAfterMs = frame.retry_after_ms
    else if (frame.type === 'chat.resumed') this.#takeUp(frame.outcome)
    else if (frame.type === 'chat.entry' && frame.entry.request_id === this.#requestId) this.#read(frame)
    else if (frame.type === 'chat.ahead' && frame.ahead.request_id === this.#requestId)
      this.#take(() => readAhead(this.#reader, frame.ahead))
  }

  #takeUp(outcome: 'continued' | 'snapshot' | 'lost'): void {
    this.resumed += 1
    if (outcome === 'lost') this.#ended.reject(new Error('The reply is lost.'))
    if (outcome === 'snapshot') this.#reader = newReader()
  }

  #read({ epoch, seq, entry }: Extract<HubFrame, { type: 'chat.entry' }>): void {
    this.#position = { epoch: Number(epoch), seq: Number(seq) }
    const outcome = this.#take(() => readEntry(this.#reader, entry))
    if (outcome === 'gap') this.#ended.reject(new Error(`A gap at ${seq}.`))
    if (outcome !== 'ended') return
    if (entry.type === 'error') this.#ended.reject(new Error(`The reply ended in ${entry.code}.`))
    this.#ended.resolve(this.#reader.text)
    this.stop()
  }

  /** Notes what the reading of something brings, be it of the log or ahead of it. */
  #take<Outcome>(read: () => Outcome): Outcome {
    const { length } = this.#reader.shown
    const outcome = read()
    const fresh = this.#reader.shown.slice(length)
    if (fresh !== '') {
      this.heard.push({ atMs: performance.now(), words: fresh.split(' ').length - 1 })
      this.#begun.resolve()
    }
    return outcome
  }
}

/** Opens the page as somebody new. @returns their cookie. */
export async function becomeGuest(origin: string): Promise<string> {
  const page = await fetch(origin, { headers: { accept: 'text/html' } })
  await page.arrayBuffer()
  const cookie = page.headers.getSetCookie()[0]?.split(';', 1)[0]
  if (cookie === undefined) throw new Error(`The page gave no cookie but ${page.status}.`)
  return cookie
}
