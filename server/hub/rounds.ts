import type { WebSocket } from 'ws'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import type { Connection } from './connection.ts'
import { checkHeartbeats } from './heartbeat.ts'
import type { People } from './people.ts'
import { checkQuietReplies, recheckAll } from './quiet-replies.ts'
import { endSlowest } from './slow-readers.ts'

/** Looks after all sockets once a second, and after all replies when the bus comes back. @returns how to stop. */
export function startRounds(
  rooms: Rooms,
  people: People,
  connections: ReadonlyMap<WebSocket, Connection>,
): () => void {
  const { bus, log } = rooms
  const timer = setInterval(() => {
    const nowMs = performance.now()
    checkHeartbeats(connections.values(), nowMs)
    const ended = endSlowest(connections.values())
    if (ended > 0) log.warn({ ended }, 'Slow readers were broken off: too much waited for all of them')
    checkQuietReplies(rooms, people, nowMs).catch((error: unknown) =>
      log.debug(errorFields(error), 'Quiet replies are not checked'),
    )
  }, 1_000)
  const stopListening = bus.onConnect(() => recheckAll(people))
  return () => {
    clearInterval(timer)
    stopListening()
  }
}
