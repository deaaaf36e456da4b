import type { WebSocket } from 'ws'
import { type ErrorCode, errorCodes } from '../../bus/contract/errors.ts'
import { subprotocol } from '../../bus/contract/protocol.ts'
import type { Credential } from '../accounts/request-user.ts'
import type { HubConfig } from '../config.ts'
import type { User } from '../store/store.ts'
import type { People } from './people.ts'

/** What decides whether a socket may stay. */
export interface Applicant {
  readonly socket: WebSocket
  readonly user: User | null
  readonly credential: Credential | null
}

/** The reason a socket is not admitted, or undefined. It is told after the upgrade, since browsers hide what comes before. */
export function refusalOf(
  applicant: Applicant,
  people: People,
  connectionCount: number,
  config: Pick<HubConfig, 'maxConnections' | 'maxConnectionsPerUser'>,
): ErrorCode | undefined {
  if (applicant.socket.protocol !== subprotocol) return 'protocol_unsupported'
  if (applicant.user === null || applicant.credential === null) return 'not_signed_in'
  if (connectionCount >= config.maxConnections) return 'too_many_connections'
  const present = people.byId.get(applicant.user.id)?.connections.size ?? 0
  return present >= config.maxConnectionsPerUser ? 'too_many_connections' : undefined
}

/** Sockets that were refused and have not gone yet. */
export interface Refusals {
  readonly count: number
  /** Tells why and gives the peer a moment to hear it; past the bound the connection is broken off instead. */
  refuse(socket: WebSocket, code: ErrorCode): void
}

/** They are no part of the connections and their bounds, which strangers could fill otherwise, so they have their own. */
export function createRefusals(most = maxRefused): Refusals {
  const leaving = new Set<WebSocket>()
  return {
    get count() {
      return leaving.size
    },
    refuse: (socket, code) => {
      // A refused peer may still send or break off; nobody listens, and an error without a listener would end the process.
      socket.on('error', ignore)
      if (leaving.size >= most) return socket.terminate()
      leaving.add(socket)
      socket.close(errorCodes[code].close, code)
      const timer = setTimeout(() => socket.terminate(), refusedMs).unref()
      socket.once('close', () => {
        clearTimeout(timer)
        leaving.delete(socket)
      })
    },
  }
}

/** Most refused sockets that are told why at once. */
const maxRefused = 1_000

/** A refused peer has this long to answer the close frame, in milliseconds. */
const refusedMs = 2_000

const ignore = () => {}
