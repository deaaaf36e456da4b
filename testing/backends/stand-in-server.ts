import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Fault, type FaultScope, FaultSwitch } from './fault.ts'
import { TimerWheel } from './timer-wheel.ts'

/** A request the stand-in got, and what became of its answer. */
export type ReceivedRequest = {
  method: string
  path: string
  headers: IncomingHttpHeaders
  /** The decoded JSON, or the text where it is none; of a form nothing. */
  body: unknown
  tokensSent: number
  /** `aborted`: the client left before the end. `broken`: a fault ended it. */
  outcome: 'open' | 'finished' | 'aborted' | 'broken'
}

export type Exchange = {
  request: ReceivedRequest
  response: ServerResponse
  bytes: Buffer<ArrayBuffer>
  /** The same as text; empty for a form, which may hold a file. */
  text: string
  faults: FaultSwitch
  wheel: TimerWheel
}

export type StandIn = {
  url: string
  port: number
  /** The latest requests, oldest first; at most 5,000 are kept. */
  requests: readonly ReceivedRequest[]
  /** Replies whose client left before their end, since the start. */
  abortedCount: () => number
  /** Replies that are being sent now. */
  openCount: () => number
  /** Sets the one fault that strikes from now on, or takes it away; resolves when the port is open or closed for it. */
  setFault: (fault: Fault | undefined, scope?: FaultScope) => Promise<void>
  stop: () => Promise<void>
}

const MAX_BODY_BYTES = 8 * 1024 * 1024
const MAX_KEPT_REQUESTS = 5_000

/** Listens on a loopback port (0: any free one) and keeps what every stand-in has in common. */
export async function startStandInServer(
  port: number,
  handle: (exchange: Exchange) => void,
): Promise<StandIn> {
  const faults = new FaultSwitch()
  const wheel = new TimerWheel()
  const log = new RequestLog()
  const server = createServer((message, response) => {
    receive(message, response, log).then(
      (received) => handle({ ...received, response, faults, wheel }),
      () => response.destroy(),
    )
  })
  // Ollama and vLLM keep idle connections; Node's five seconds would add resets of its own.
  server.keepAliveTimeout = 0
  const boundPort = await listen(server, port)
  return {
    url: `http://127.0.0.1:${boundPort}`,
    port: boundPort,
    requests: log.kept,
    abortedCount: () => log.aborted,
    openCount: () => log.open,
    setFault: async (fault, scope) => {
      faults.set(fault, scope)
      if (fault?.kind === 'refuse') await close(server)
      else if (!server.listening) await listen(server, boundPort)
    },
    stop: async () => {
      wheel.stop()
      await close(server)
    },
  }
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  contentType = 'application/json; charset=utf-8',
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

async function receive(message: IncomingMessage, response: ServerResponse, log: RequestLog) {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of message) {
    bytes += part.length
    if (bytes > MAX_BODY_BYTES) throw new Error(`A request body of more than ${MAX_BODY_BYTES} bytes`)
    parts.push(part)
  }
  const whole = Buffer.concat(parts)
  const isForm = message.headers['content-type']?.startsWith('multipart/') === true
  const text = isForm ? '' : whole.toString('utf8')
  const request: ReceivedRequest = {
    method: message.method ?? '',
    path: (message.url ?? '').split('?')[0] ?? '',
    headers: message.headers,
    body: isForm ? undefined : jsonOrText(text),
    tokensSent: 0,
    outcome: 'open',
  }
  log.add(request, response)
  return { request, bytes: whole, text }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Sees every answer to its end, since a client that leaves is only told by the socket. */
class RequestLog {
  readonly kept: ReceivedRequest[] = []
  aborted = 0
  open = 0

  add(request: ReceivedRequest, response: ServerResponse): void {
    this.kept.push(request)
    if (this.kept.length > MAX_KEPT_REQUESTS) this.kept.shift()
    this.open++
    response.once('close', () => {
      this.open--
      if (request.outcome !== 'open') return
      request.outcome = response.writableFinished ? 'finished' : 'aborted'
      if (request.outcome === 'aborted') this.aborted++
    })
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
