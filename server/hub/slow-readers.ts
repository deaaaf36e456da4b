import { type Connection, closeWith } from './connection.ts'

/** Bytes that may wait for all readers of a hub together; one alone is bounded by `maxBufferedBytes`. */
const maxBufferedInAll = 256 * 1024 * 1024

/**
 * Breaks off the slowest readers until what waits for the others fits the bound: ten thousand that each stay just
 * below their own would take ten gigabytes. They come back and resume. A close frame alone would not free anything,
 * since it waits behind the rest.
 *
 * @returns how many were broken off.
 */
export function endSlowest(connections: Iterable<Connection>, mostBytes = maxBufferedInAll): number {
  const slow: { connection: Connection; bytes: number }[] = []
  let inAll = 0
  for (const connection of connections) {
    const bytes = connection.socket.bufferedAmount
    if (bytes > 0) slow.push({ connection, bytes })
    inAll += bytes
  }
  if (inAll <= mostBytes) return 0
  slow.sort((one, other) => other.bytes - one.bytes)
  let ended = 0
  for (const { connection, bytes } of slow) {
    if (inAll <= mostBytes) break
    closeWith(connection, 'slow_consumer')
    connection.socket.terminate()
    inAll -= bytes
    ended += 1
  }
  return ended
}
