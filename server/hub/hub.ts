import type { RawData, WebSocket } from 'ws'
import { streams } from '../../bus/contract/streams.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { ChatRoom } from '../chat/chat-room.ts'
import type { Rooms } from '../house.ts'
import { type Applicant, refusalOf, refuse } from './admission.ts'
import { type Connection, closeWith, newConnection } from './connection.ts'
import { drainConnections } from './drain.ts'
import { handleFrame } from './handle-frame.ts'
import { checkHeartbeats } from './heartbeat.ts'
import { passNotice } from './notices.ts'
import { People } from './people.ts'
import { checkQuietReplies, recheckAll } from './quiet-replies.ts'
import { receive } from './receive.ts'
import { relayEntry } from './relay.ts'

/** All browser sockets of this process. */
export interface Hub {
  readonly connectionCount: number
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
  let draining = false
  let epoch = 0

  const handle = (connection: Connection, frame: Parameters<typeof handleFrame>[3]) =>
    handleFrame(rooms, chat, connection, frame)
  // Three listeners for all sockets rather than three closures for each.
  function onMessage(this: WebSocket, data: RawData, isBinary: boolean) {
    const connection = connections.get(this)
    if (connection !== undefined) receive(connection, data, isBinary, handle, log)
  }
  function onPong(this: WebSocket) {
    const connection = connections.get(this)
    if (connection !== undefined) connection.heardAtMs = Date.now()
  }
  function onClose(this: WebSocket) {
    const connection = connections.get(this)
    if (connection === undefined) return
    connections.delete(this)
    people.leave(connection)
  }

  const heartbeat = setInterval(() => {
    const nowMs = Date.now()
    checkHeartbeats(connections.values(), nowMs)
    checkQuietReplies(bus, people, nowMs).catch((error: unknown) =>
      log.debug(errorFields(error), 'Quiet replies are not checked'),
    )
  }, 1_000)
  const stopListening = bus.onConnect(() => {
    const present = bus.epochOf(streams.log.name)
    recheckAll(people, epoch !== 0 && present !== epoch)
    epoch = present
  })

  return {
    get connectionCount() {
      return connections.size
    },
    admit: (applicant) => {
      const { socket, user, sessionHash } = applicant
      const refusal = draining ? 'draining' : refusalOf(applicant, people, connections.size, config)
      if (refusal !== undefined || user === null || sessionHash === null)
        return refuse(socket, refusal ?? 'not_signed_in')
      const person = people.arrive(user)
      const connection = newConnection(socket, person, sessionHash, Date.now())
      person.connections.add(connection)
      connections.set(socket, connection)
      socket.on('message', onMessage).on('pong', onPong).on('ping', onPong).on('close', onClose)
      socket.on('error', onError)
    },
    endSession: (userId, sessionHash) => {
      for (const connection of people.byId.get(userId)?.connections ?? [])
        if (connection.sessionHash === sessionHash) closeWith(connection, 'not_signed_in')
    },
    drain: async (graceMs) => {
      draining = true
      await drainConnections(connections, graceMs)
      clearInterval(heartbeat)
      stopListening()
    },
  }
}

/** What goes wrong with a socket ends in its `close`, which is where it is let go. */
const onError = () => {}
