import { heartbeatMs, helloTimeoutMs } from '../../bus/contract/limits.ts'
import { type Connection, closeWith } from './connection.ts'

/**
 * One round over all sockets, once a second: one timer for thousands of them. Asks those not asked for a while whether
 * they live, and closes those not heard for two heartbeats, or that never said hello.
 */
export function checkHeartbeats(connections: Iterable<Connection>, nowMs: number): void {
  for (const connection of connections) {
    const silentMs = nowMs - connection.heardAtMs
    if (!connection.welcomed && silentMs > helloTimeoutMs) closeWith(connection, 'hello_timeout')
    else if (silentMs > 2 * heartbeatMs) endSilent(connection)
    else if (nowMs >= connection.pingAtMs) {
      connection.pingAtMs = nowMs + heartbeatMs
      connection.socket.ping()
    }
  }
}

/** Nobody is there to answer a close frame: one is sent, and the connection broken off. */
function endSilent(connection: Connection): void {
  closeWith(connection, 'heartbeat_lost')
  connection.socket.terminate()
}
