import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the range that systems give to outgoing connections. A client that keeps trying to reach a dead server on
// loopback would otherwise be given that very port one day, and talk to itself.
const FIRST_PORT = 20_000
const PORT_COUNT = 12_000
const MOST_TRIES = 100

/**
 * A TCP port of the loopback address that nobody listened on a moment ago. Another process may take it before the
 * caller does, so a caller that listens on it tries again with another when it is taken.
 */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT)
    if ((await whyNotListen('127.0.0.1', port)) === undefined) return port
  }
  throw new Error(`None of ${MOST_TRIES} ports was free.`)
}

/** The error code that listening there meets, such as EADDRINUSE; undefined when it works. */
export async function whyNotListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
  server.close()
  await once(server, 'close')
  return undefined
}
