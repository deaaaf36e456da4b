import type { WebSocket } from 'ws'
import type { ChatRoom } from '../chat/chat-room.ts'
import type { Rooms } from '../house.ts'
import { type Applicant, refusalOf, refuse } from './admission.ts'
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
  /** Takes a socket in, or closes it with the reason. */
  admit(applicant: Applicant): void
  /** Closes the sockets of a session or key that has ended. */
  endCredential(userId: string, credentialId: string): void
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
    admit: (applicant) => {
      const { socket, user, credential } = applicant
      const refusal = draining ? 'draining' : refusalOf(applicant, people, connections.size, config)
      if (refusal !== undefined || user === null || credential === null)
        return refuse(socket, refusal ?? 'not_signed_in')
      const connection = newConnection(socket, people.arrive(user), credential.id, performance.now())
      connection.person.connections.add(connection)
      connections.set(socket, connection)
      listen(socket)
    },
    endCredential: (userId, credentialId) => {
      for (const connection of people.byId.get(userId)?.connections ?? [])
        if (connection.credentialId === credentialId) closeWith(connection, 'not_signed_in')
    },
    drain: async (graceMs) => {
      draining = true
      await drainConnections(connections, graceMs)
      stopRounds()
    },
  }
}
