import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { decode } from '@msgpack/msgpack'
import { WebSocket } from 'ws'
import { encode } from '../../bus/contract/codec.ts'
import type { HubFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { protocolVersion, socketPath, subprotocol } from '../../bus/contract/protocol.ts'
import { becomeGuest } from '../../testing/hub/returning-reader.ts'
import { answerParent } from './child.ts'

/** Pages asked for, and sockets opened, at once while the crowd gathers. */
const abreast = 16
/** As the page's own socket waits: full jitter, from the first to the second, in milliseconds. */
const [shortestMs, longestMs] = [500, 15_000]

/** As long as the page waits for its welcome. */
const welcomeMs = 10_000

interface Member {
  readonly cookie: string
  readonly requestId: string
  userId: string
  position: { readonly epoch: number; readonly seq: number }
  socket: WebSocket | undefined
}

const members: Member[] = []

const abilities = {
  /** Signs so many people in and opens a socket for each. @returns whose log is to be begun. */
  gather: async ({ origin, count }: { origin: string; count: number }) => {
    let next = 0
    const lane = async () => {
      while (next++ < count) members.push(await join(origin))
    }
    await Promise.all(Array.from({ length: abreast }, lane))
    return members.map(({ userId, requestId }) => ({ userId, requestId }))
  },
  /** Where each stands in its reply: the sequence of its first entry. */
  stand: (positions: readonly { readonly epoch: number; readonly seq: number }[]) => {
    for (const [index, position] of positions.entries()) {
      const member = members[index]
      if (member !== undefined) member.position = position
    }
  },
  /** Resolves when all have lost their hub, came to `origin` and were answered. @returns after how many milliseconds. */
  comeBack: async (origin: string) => {
    const lostMs = performance.now()
    return Float64Array.from(
      await Promise.all(
        members.map(async (member) => {
          await returnTo(origin, member)
          return performance.now() - lostMs
        }),
      ),
    )
  },
}
export type Crowd = typeof abilities

answerParent(abilities)

async function join(origin: string): Promise<Member> {
  const member: Member = {
    cookie: await becomeGuest(origin),
    requestId: uuidv7(),
    userId: '',
    position: { epoch: 0, seq: 0 },
    socket: undefined,
  }
  const welcome = await open(origin, member, 'welcome')
  if (welcome?.type === 'welcome') member.userId = welcome.user.id
  return member
}

async function returnTo(origin: string, member: Member): Promise<void> {
  if (member.socket?.readyState !== WebSocket.CLOSED) await once(member.socket ?? process, 'close')
  for (let failures = 0; ; failures += 1) {
    await pause(Math.random() * Math.min(longestMs, shortestMs * 2 ** failures))
    if (await open(origin, member, 'chat.resumed')) return
  }
}

/** Opens a socket and says hello. @returns the first frame of a type, undefined when the socket closes before. */
function open(origin: string, member: Member, type: HubFrame['type']): Promise<HubFrame | undefined> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${socketPath}`, subprotocol, {
    headers: { cookie: member.cookie },
    origin,
    perMessageDeflate: false,
  })
  member.socket = socket
  const resume = member.position.seq > 0 ? [{ request_id: member.requestId, ...member.position }] : []
  const hello = { type: 'hello', protocol: protocolVersion, client_id: uuidv7(), resume }
  return new Promise((resolve) => {
    socket.on('open', () => socket.send(encode(hello)))
    socket.on('message', (data: Uint8Array) => {
      const frame = decode(data) as HubFrame
      if (frame.type !== type) return
      clearTimeout(late)
      resolve(frame)
    })
    const late = setTimeout(() => socket.terminate(), welcomeMs)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(late)
      resolve(undefined)
    })
  })
}
