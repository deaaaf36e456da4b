import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A TCP port of the loopback address that nobody listened on a moment ago. Another process may take it before the
 * caller does, so a caller that listens on it tries again with another when it is taken.
 */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.')
  return address.port
}
