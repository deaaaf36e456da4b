import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { decode } from '@msgpack/msgpack'
import { WebSocket } from 'ws'
import { encode } from '../../bus/contract/codec.ts'
import type { HubFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { protocolVersion, socketPath, subprotocol } from '../../bus/contract/protocol.ts'
import type { Ahead, ChunkEntry, LogEntry } from '../../bus/contract/reply-log.ts'
import { Receiver } from './receiver.ts'

/** Sockets opened, and pages asked for, at once. */
const abreast = 16
/** Longest wait for the hub's answer to a frame, in milliseconds. */
const patienceMs = 60_000

/** Browsers of the whole system: each a guest with a session of its own and one socket. */
export class HomeBrowsers {
  readonly receiver = new Receiver()
  readonly #cookies: string[] = []
  readonly #running = new Map<string, WebSocket>()
  /** A log may be written by several hands, and its end be seen more than once. */
  readonly #ended = new Set<string>()
  /** How much text of each reply has come, in code units. */
  readonly #lengths = new Map<string, number>()
  #sockets: WebSocket[] = []

  /** Opens the page as so many new people, which makes each a guest of this machine. */
  async signIn(origin: string, count: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: abreast })
    await eachAbreast(count, async () => void this.#cookies.push(await openPage(origin, agent)))
    agent.destroy()
  }

  /** Opens and welcomes one socket for each of the first `count` people. */
  async open(origin: string, count: number): Promise<void> {
    await eachAbreast(count, async (index) => {
      const socket = await this.#openOne(origin, this.#cookies[index] ?? '')
      this.#sockets.push(socket)
    })
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.removeListener('close', onLost).terminate()
  }

  /** A message in a new conversation on each of the first `count` sockets; resolves when all are accepted. */
  async send(count: number, message: string): Promise<void> {
    await eachAbreast(count, async (index) => {
      const socket = this.#sockets[index]
      if (socket === undefined) throw new Error(`Only ${index} sockets are open, not ${count}`)
      const accepted = once(socket, 'accepted', { signal: AbortSignal.timeout(patienceMs) })
      const ids = { request_id: uuidv7(), conversation_id: uuidv7(), message_id: uuidv7(), parent_id: null }
      socket.send(encode({ type: 'chat.send', kind: 'send', ...ids, message }))
      await accepted
    })
  }

  /** Stops all replies, so many at once as are begun at once: all in one moment is what no house meets. */
  async cancel(): Promise<void> {
    const running = [...this.#running]
    await eachAbreast(running.length, async (index) => {
      const [request_id, socket] = running[index] ?? []
      if (socket === undefined) return
      const ended = once(socket, `ended ${request_id}`, { signal: AbortSignal.timeout(patienceMs) })
      socket.send(encode({ type: 'chat.cancel', request_id }))
      await ended
    })
  }

  async #openOne(origin: string, cookie: string): Promise<WebSocket> {
    const options = { origin, headers: { cookie }, perMessageDeflate: false }
    const socket = new WebSocket(`${origin.replace('http', 'ws')}${socketPath}`, subprotocol, options)
    socket.on('message', (data: Uint8Array) => this.#take(socket, decode(data) as HubFrame))
    await once(socket, 'open')
    const welcomed = once(socket, 'welcome')
    socket.send(encode({ type: 'hello', protocol: protocolVersion, client_id: uuidv7(), resume: [] }))
    await welcomed
    socket.on('close', onLost)
    return socket
  }

  #take(socket: WebSocket, frame: HubFrame): void {
    if (frame.type === 'chat.ahead') this.#takeText(frame.ahead)
    else if (frame.type === 'chat.entry') this.#takeEntry(socket, frame.entry)
    else if (frame.type === 'welcome') socket.emit('welcome')
    else if (frame.type === 'chat.accepted') socket.emit('accepted')
    else if (frame.type === 'error') throw new Error(`The hub answered ${frame.code}: ${frame.detail}`)
  }

  /** A stream runs from its first token, so that the measurement begins when all have one. */
  #takeEntry(socket: WebSocket, entry: LogEntry): void {
    const { request_id } = entry
    if (entry.type === 'chunk') {
      if (!this.#running.has(request_id) && !this.#ended.has(request_id)) this.#begin(request_id, socket)
      this.#takeText(entry)
    } else if (entry.type === 'done') {
      this.#ended.add(request_id)
      this.#lengths.delete(request_id)
      socket.emit(`ended ${request_id}`)
      if (this.#running.delete(request_id)) this.receiver.change(-1)
    } else if (entry.type === 'error') {
      throw new Error(`A reply ended in ${entry.code}: ${entry.detail}`)
    }
  }

  /**
   * Text comes ahead of the log and then with its entry; what counts is when it came first. What is ahead of a text not
   * yet here counts with its entry.
   */
  #takeText({ request_id, offset, content }: Ahead | ChunkEntry): void {
    const known = this.#lengths.get(request_id) ?? 0
    if (offset > known) return
    const fresh = content.slice(known - offset)
    this.#lengths.set(request_id, known + fresh.length)
    this.receiver.take(fresh)
  }

  #begin(requestId: string, socket: WebSocket): void {
    this.#running.set(requestId, socket)
    this.receiver.change(1)
  }
}

function onLost(code: number, reason: Buffer): never {
  throw new Error(`The hub closed a socket: ${code} ${reason}`)
}

function openPage(origin: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage) => {
      answer.resume()
      const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0]
      if (cookie === undefined) reject(new Error(`The page gave no cookie but ${answer.statusCode}`))
      else answer.once('end', () => resolve(cookie))
    }
    get(origin, { agent, headers: { accept: 'text/html' } }, onAnswer).once('error', reject)
  })
}

async function eachAbreast(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: abreast }, lane))
}
