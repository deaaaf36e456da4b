import { findFreePort, whyNotListen } from './ports.ts'

export interface WebAddress {
  /** What the hub listens on, as its variable ADDR takes it: `127.0.0.1:3000`, `[::1]:3000`. */
  listen: string
  /** What a person opens in a browser on this machine. */
  url: string
}

const ANY_OR_LOOPBACK = ['127.0.0.1', '::1', '0.0.0.0', '::', 'localhost', '']

/**
 * Where the hub will listen: ADDR, else HOST (127.0.0.1) and PORT (3000); port 0 means a free one.
 * @throws when nobody can listen there now, with the variable that changes it
 */
export async function findWebAddress(environment: NodeJS.ProcessEnv): Promise<WebAddress> {
  const { host, port: wanted } = readAddress(environment)
  const port = wanted === 0 ? await findFreePort() : wanted
  const why = await whyNotListen(host, port)
  if (why === 'EADDRINUSE') throw new Error(`Port ${port} is in use. Set PORT (or ADDR) to another.`)
  if (why === 'EACCES')
    throw new Error(`Port ${port} needs more rights. Set PORT (or ADDR) to one from 1024.`)
  if (why) throw new Error(`Listening on ${host} is not possible (${why}). Set HOST (or ADDR) to another.`)
  const bracketed = host.includes(':') ? `[${host}]` : host
  const name = ANY_OR_LOOPBACK.includes(host) ? 'localhost' : bracketed
  return { listen: `${bracketed}:${port}`, url: `http://${name}:${port}` }
}

function readAddress({ ADDR, HOST, PORT }: NodeJS.ProcessEnv): { host: string; port: number } {
  if (!ADDR) return { host: HOST || '127.0.0.1', port: readPort('PORT', PORT || '3000') }
  const colon = ADDR.lastIndexOf(':')
  // ":3000" means every address, as it does in other servers.
  const host = ADDR.slice(0, Math.max(colon, 0)).replace(/^\[(.*)\]$/, '$1') || '0.0.0.0'
  return { host, port: readPort('ADDR', ADDR.slice(colon + 1)) }
}

function readPort(variable: string, text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new Error(`${variable} has the port "${text}"; a port is a number from 0 to 65535.`)
}
