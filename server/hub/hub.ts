import type { WebSocket } from 'ws'
import { startSweep } from '../chat/sweep.ts'
import { applyAccess, checkOpenSockets } from './access-changes.ts'
import { type Applicant, createRefusals, refusalOf } from './admission.ts'
import { type Connection, newConnection } from './connection.ts'
import { drainConnections } from './drain.ts'
import { type FrameRooms, handleFrame } from './handle-frame.ts'
import { createListeners } from './listeners.ts'
import { passNotice } from './notices.ts'
import { People } from './people.ts'
import { type FrameHandler, receive } from './receive.ts'
import { RecentEndings } from './recent-endings.ts'
import { relay } from './relay.ts'
import { startRounds } from './rounds.ts'

/** All browser sockets of this process. */
export interface Hub {
  readonly connectionCount: number
  /** Sockets that were refused and have not gone yet; they are not among the connections. */
  readonly refusedCount: number
  /** Takes a socket in, or closes it with the reason. */
  admit(applicant: Applicant): void
  /** Tells everybody to come back elsewhere, takes no more, and closes; resolves when all are closed. */
  drain(graceMs: number): Promise<void>
}

/** Open sockets are held against the store this often, in milliseconds. */
const checkSocketsEveryMs = 60_000

export function openHub(frameRooms: FrameRooms): Hub {
  const { rooms, voice } = frameRooms
  const { bus, config, log, access } = rooms
  const people = new People(bus, {
    onLive: (person, message) => relay(bus, person, message),
    onNotice: passNotice,
  })
  const connections = new Map<WebSocket, Connection>()
  const refusals = createRefusals()
  const handle: FrameHandler = (connection, frame) => handleFrame(frameRooms, connection, frame)
  const listen = createListeners(connections, {
    message: (connection, data, isBinary) => receive(connection, data, isBinary, handle, log),
    close: (connection) => {
      voice.leave(connection)
      people.leave(connection)
    },
  })
  const stopRounds = startRounds(rooms, people, connections)
  const endings = new RecentEndings()
  const stopHearing = access.onChange((change) => {
    endings.add(change)
    applyAccess(rooms, people, change)
  })

  const checks = startSweep('check open sockets', checkSocketsEveryMs, log, () =>
    checkOpenSockets(rooms, people),
  )
  let draining = false

  return {
    get connectionCount() {
      return connections.size
    },
    get refusedCount() {
      return refusals.count
    },
    admit: (applicant) => {
      const { socket, user, credential } = applicant
      const refusal = draining ? 'draining' : refusalOf(applicant, people, connections.size, config)
      if (refusal !== undefined || user === null || credential === null || endings.has(user, credential))
        return refusals.refuse(socket, refusal ?? 'not_signed_in')
      const connection = newConnection(socket, people.arrive(user), credential, performance.now())
      connection.person.connections.add(connection)
      connections.set(socket, connection)
      listen(socket)
    },
    drain: async (graceMs) => {
      draining = true
      await drainConnections(connections, graceMs)
      stopRounds()
      stopHearing()
      await checks.stop()
    },
  }
}
