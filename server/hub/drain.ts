import type { WebSocket } from 'ws'
import { type Connection, closeWith, send } from './connection.ts'

/** Sockets come back to other hubs spread over at least this long, and longer where they are many; in milliseconds. */
const shortestSpreadMs = 500
const spreadPerSocketMs = 2

/** A peer has this long to answer the close frame, in milliseconds. */
const closeMs = 1_000

/**
 * Sends everybody away kindly: a notice with a time of their own to come back at, then what was asked before it is
 * still done, then close 1012. Resolves when no socket is left.
 */
export async function drainConnections(
  connections: ReadonlyMap<WebSocket, Connection>,
  graceMs: number,
): Promise<void> {
  const spreadMs = Math.max(shortestSpreadMs, connections.size * spreadPerSocketMs)
  for (const connection of connections.values()) {
    const retry_after_ms = Math.round(Math.random() * spreadMs)
    if (connection.welcomed) send(connection, { type: 'notice', kind: 'drain', retry_after_ms })
  }
  await Promise.race([allHandled(connections), after(graceMs)])
  for (const connection of connections.values()) closeWith(connection, 'draining')
  await Promise.race([allClosed(connections), after(closeMs)])
  for (const { socket } of connections.values()) socket.terminate()
  await allClosed(connections)
}

async function allHandled(connections: ReadonlyMap<WebSocket, Connection>): Promise<void> {
  for (const { handling } of connections.values()) await handling
}

async function allClosed(connections: ReadonlyMap<WebSocket, Connection>): Promise<void> {
  const left = [...connections.keys()].map(
    (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
  )
  await Promise.all(left)
}

/** A wait that does not keep the process. */
const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref())
