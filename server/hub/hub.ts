import type { WebSocket } from 'ws'
import type { ChatRoom } from '../chat/chat-room.ts'
import type { Rooms } from '../house.ts'
import { type Applicant, createRefusals, refusalOf } from './admission.ts'
import { type Connection, closeWith, newConnection } from './connection.ts'
import { drainConnections } from './drain.ts'
import { handleFrame } from './handle-frame.ts'
import { createListeners } from './listeners.ts'
import { passNotice } from './notices.ts'
import { People } from './people.ts'
import { type FrameHandler, receive } from './receive.ts'
import { relayEntry } from './relay.ts'
import { startRounds } from './rounds.ts'

/** All browser sockets of this process. */
export interface Hub {
  readonly connectionCount: number
  /** Sockets that were refused and have not gone yet; they are not among the connections. */
  readonly refusedCount: number
  /** Takes a socket in, or closes it with the reason. */
  admit(applicant: Applicant): void
  /** Closes the sockets of a session that has ended. */
  endSession(userId: string, sessionHash: string): void
  /** Tells everybody to come back elsewhere, takes no more, and closes; resolves when all are closed. */
  drain(graceMs: number): Promise<void>
}

export function openHub(rooms: Rooms, chat: ChatRoom): Hub {
  const { bus, config, log } = rooms
  const people = new People(bus, {
    onEntry: (person, message) => relayEntry(bus, person, message),
    onNotice: passNotice,
  })
  const connections = new Map<WebSocket, Connection>()
  const refusals = createRefusals()
  const handle: FrameHandler = (connection, frame) => handleFrame(rooms, chat, connection, frame)
  const listen = createListeners(connections, {
    message: (connection, data, isBinary) => receive(connection, data, isBinary, handle, log),
    close: (connection) => people.leave(connection),
  })
  const stopRounds = startRounds(rooms, people, connections)
  let draining = false

  return {
    get connectionCount() {
      return connections.size
    },
    get refusedCount() {
      return refusals.count
    },
    admit: (applicant) => {
      const { socket, user, sessionHash } = applicant
      const refusal = draining ? 'draining' : refusalOf(applicant, people, connections.size, config)
      if (refusal !== undefined || user === null || sessionHash === null)
        return refusals.refuse(socket, refusal ?? 'not_signed_in')
      const connection = newConnection(socket, people.arrive(user), sessionHash, performance.now())
      connection.person.connections.add(connection)
      connections.set(socket, connection)
      listen(socket)
    },
    endSession: (userId, sessionHash) => {
      for (const connection of people.byId.get(userId)?.connections ?? [])
        if (connection.sessionHash === sessionHash) closeWith(connection, 'not_signed_in')
    },
    drain: async (graceMs) => {
      draining = true
      await drainConnections(connections, graceMs)
      stopRounds()
    },
  }
}
