import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request to an emulated provider, its form or query read. */
export interface EmulatorCall {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  readonly headers: IncomingMessage['headers']
}

export interface EmulatorAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface EmulatorServer {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string
  /** What it was asked, oldest first; at most 200 are kept. */
  readonly calls: readonly EmulatorCall[]
  stop(): Promise<void>
}

/** By `METHOD /path`. */
export type EmulatorRoutes = Readonly<
  Record<string, (call: EmulatorCall) => EmulatorAnswer | Promise<EmulatorAnswer>>
>

const maxBodyBytes = 64 * 1024
const maxKeptCalls = 200

/** Answers `routes` on a free loopback port, and anything else with 404. */
export async function startEmulatorServer(
  routesOf: (origin: string) => Promise<EmulatorRoutes>,
): Promise<EmulatorServer> {
  const calls: EmulatorCall[] = []
  let routes: EmulatorRoutes = {}
  const server = createServer((message, response) => {
    answer(message, response, routes, calls).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  routes = await routesOf(origin)
  return {
    origin,
    calls,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

export const json = (status: number, body: unknown): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})

/** Sends the browser on, with parameters added to the address. */
export function sendBack(to: string, parameters: Readonly<Record<string, string | null>>): EmulatorAnswer {
  const url = new URL(to)
  for (const [name, value] of Object.entries(parameters))
    if (value !== null) url.searchParams.set(name, value)
  return { status: 302, headers: { location: url.href } }
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  routes: EmulatorRoutes,
  calls: EmulatorCall[],
): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://emulator')
  const call: EmulatorCall = {
    method: message.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    form: await readForm(message),
    headers: message.headers,
  }
  calls.push(call)
  if (calls.length > maxKeptCalls) calls.shift()
  const {
    status,
    headers = {},
    body = '',
  } = (await routes[`${call.method} ${call.path}`]?.(call)) ?? {
    status: 404,
  }
  response.writeHead(status, headers).end(body)
}

/** Token endpoints take forms alone; a body of any other kind counts as none. */
async function readForm(message: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of message) {
    bytes += part.length
    if (bytes > maxBodyBytes) throw new Error('The body is too large')
    parts.push(part)
  }
  const isForm = message.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
  return new URLSearchParams(isForm ? Buffer.concat(parts).toString('utf8') : '')
}
