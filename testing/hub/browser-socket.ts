import { once } from 'node:events'
import { WebSocket } from 'ws'
import { decode, encode } from '../../bus/contract/codec.ts'
import type { HubFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxBusDepth } from '../../bus/contract/limits.ts'
import { socketPath, subprotocol } from '../../bus/contract/protocol.ts'

type FrameOf<Type extends HubFrame['type']> = Extract<HubFrame, { type: Type }>

/** A browser's end of the socket, that keeps every frame it got. */
export interface BrowserSocket {
  readonly socket: WebSocket
  readonly frames: readonly HubFrame[]
  hello(hello?: {
    resume?: { request_id: string; epoch: number; seq: number }[]
    protocol?: number
    client_id?: string
  }): void
  send(frame: object): void
  sendBytes(bytes: Uint8Array | string): void
  /** The first frame of this type, that fits, which was not taken by an earlier call; waits for it. */
  next<Type extends HubFrame['type']>(
    type: Type,
    fits?: (frame: FrameOf<Type>) => boolean,
  ): Promise<FrameOf<Type>>
  /** The close code and reason, once closed. */
  readonly closed: Promise<{ code: number; reason: string }>
  close(): Promise<void>
}

export interface SocketOptions {
  readonly cookie?: string
  /** Absent: the hub's own; null: none. */
  readonly origin?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly protocols?: string[]
}

/** A worker that died is missed after six seconds, and another one has to start. */
const patienceMs = 30_000
const limits = { bytes: 8 * 1024 * 1024, depth: maxBusDepth, elements: 100_000 }

/** Opens a socket. @throws with the HTTP status in its message when the upgrade is refused. */
export async function openBrowserSocket(origin: string, options: SocketOptions = {}): Promise<BrowserSocket> {
  const { cookie, headers = {}, protocols = [subprotocol] } = options
  const from = options.origin === undefined ? origin : options.origin
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${socketPath}`, protocols, {
    headers: { ...(cookie && { cookie }), ...headers },
    ...(from !== null && { origin: from }),
  })
  const browser = watch(socket)
  await once(socket, 'open')
  return browser
}

function watch(socket: WebSocket): BrowserSocket {
  const frames: HubFrame[] = []
  const taken = new Set<HubFrame>()
  let wake = Promise.withResolvers<void>()
  const stir = () => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }
  socket.on('message', (data: Uint8Array) => {
    frames.push(decode(data, limits) as HubFrame)
    stir()
  })
  socket.on('close', stir)
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  return {
    socket,
    frames,
    closed,
    hello: ({ resume = [], protocol = 1, client_id = uuidv7() } = {}) =>
      socket.send(encode({ type: 'hello', protocol, client_id, resume })),
    send: (frame) => socket.send(encode(frame)),
    sendBytes: (bytes) => socket.send(bytes),
    next: async (type, fits = () => true) => {
      const deadline = AbortSignal.timeout(patienceMs)
      const late = once(deadline, 'abort').then(() => {})
      for (;;) {
        for (const frame of frames)
          if (frame.type === type && !taken.has(frame) && fits(frame as FrameOf<typeof type>)) {
            taken.add(frame)
            return frame as FrameOf<typeof type>
          }
        if (deadline.aborted || socket.readyState === socket.CLOSED)
          throw new Error(`No ${type} came; came: ${frames.map((frame) => frame.type).join(', ')}`)
        await Promise.race([wake.promise, late])
      }
    },
    close: async () => {
      socket.close()
      await closed
    },
  }
}
