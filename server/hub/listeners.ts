import type { RawData, WebSocket } from 'ws'
import type { Connection } from './connection.ts'

/**
 * Listens to sockets with the same few functions for all of them: closures for each of thousands would be the larger
 * part of what an idle one costs.
 */
export function createListeners(
  connections: Map<WebSocket, Connection>,
  on: {
    readonly message: (connection: Connection, data: RawData, isBinary: boolean) => void
    readonly close: (connection: Connection) => void
  },
): (socket: WebSocket) => void {
  function onMessage(this: WebSocket, data: RawData, isBinary: boolean) {
    const connection = connections.get(this)
    if (connection !== undefined) on.message(connection, data, isBinary)
  }
  function onAlive(this: WebSocket) {
    const connection = connections.get(this)
    // Before hello nothing but hello counts, so that nobody stays by pings alone.
    if (connection?.welcomed) connection.heardAtMs = performance.now()
  }
  function onClose(this: WebSocket) {
    const connection = connections.get(this)
    if (connection === undefined) return
    connections.delete(this)
    on.close(connection)
  }
  return (socket) => {
    socket.on('message', onMessage).on('pong', onAlive).on('ping', onAlive).on('close', onClose)
    socket.on('error', onError)
  }
}

/** What goes wrong with a socket ends in its `close`, which is where it is let go. */
const onError = () => {}
