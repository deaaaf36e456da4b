import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { decode } from '@msgpack/msgpack'
import { WebSocket } from 'ws'
import { encode } from '../../bus/contract/codec.ts'
import type { HubFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { protocolVersion, socketPath, subprotocol } from '../../bus/contract/protocol.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { Receiver } from './receiver.ts'

/** Sockets opened, and pages asked for, at once. */
const abreast = 16

/** Browsers of the whole system: each a guest with a session of its own and one socket. */
export class HomeBrowsers {
  readonly receiver = new Receiver()
  readonly #cookies: string[] = []
  readonly #running = new Map<string, WebSocket>()
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
    for (const socket of this.#sockets.splice(0)) socket.terminate()
  }

  /** A message in a new conversation on each of the first `count` sockets; resolves when all are accepted. */
  async send(count: number, message: string): Promise<void> {
    await eachAbreast(count, async (index) => {
      const socket = this.#sockets[index]
      const accepted = new Promise((resolve) => socket?.once('accepted', resolve))
      const ids = { request_id: uuidv7(), conversation_id: uuidv7(), message_id: uuidv7(), parent_id: null }
      socket?.send(encode({ type: 'chat.send', kind: 'send', ...ids, message }))
      await accepted
    })
  }

  cancel(): void {
    for (const [request_id, socket] of this.#running) socket.send(encode({ type: 'chat.cancel', request_id }))
  }

  async #openOne(origin: string, cookie: string): Promise<WebSocket> {
    const options = { origin, headers: { cookie }, perMessageDeflate: false }
    const socket = new WebSocket(`${origin.replace('http', 'ws')}${socketPath}`, subprotocol, options)
    socket.on('message', (data: Uint8Array) => this.#take(socket, decode(data) as HubFrame))
    await once(socket, 'open')
    const welcomed = once(socket, 'welcome')
    socket.send(encode({ type: 'hello', protocol: protocolVersion, client_id: uuidv7(), resume: [] }))
    await welcomed
    return socket
  }

  #take(socket: WebSocket, frame: HubFrame): void {
    if (frame.type === 'chat.entry') this.#takeEntry(socket, frame.entry)
    else if (frame.type === 'welcome') socket.emit('welcome')
    else if (frame.type === 'chat.accepted') socket.emit('accepted')
    else if (frame.type === 'error') throw new Error(`The hub answered ${frame.code}: ${frame.detail}`)
  }

  /** A stream runs from its first token, so that the measurement begins when all have one. */
  #takeEntry(socket: WebSocket, entry: LogEntry): void {
    if (entry.type === 'chunk') {
      if (entry.offset === 0) this.#change(socket, entry.request_id, 1)
      this.receiver.take(entry.content)
    } else if (entry.type === 'done') {
      this.#change(socket, entry.request_id, -1)
    } else if (entry.type === 'error') {
      throw new Error(`A reply ended in ${entry.code}: ${entry.detail}`)
    }
  }

  #change(socket: WebSocket, requestId: string, by: 1 | -1): void {
    if (by === 1) this.#running.set(requestId, socket)
    else this.#running.delete(requestId)
    this.receiver.change(by)
  }
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
