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

export function refuse(socket: WebSocket, code: ErrorCode): void {
  // A refused peer may still send or break off; nobody listens, and an error without a listener would end the process.
  socket.on('error', ignore)
  socket.close(errorCodes[code].close, code)
  // These sockets are in no count, so they may not stay until the peer answers.
  setTimeout(() => socket.terminate(), refusedMs).unref()
}

/** A refused peer has this long to answer the close frame, in milliseconds. */
const refusedMs = 2_000

const ignore = () => {}
