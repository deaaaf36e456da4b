import { addressHere } from '../../server/address-here.ts'
import { addressesForOthers } from '../../server/addresses-for-others.ts'
import type { HubConfig } from '../../server/config.ts'
import { findFreePort, whyNotListen } from './ports.ts'

export interface WebAddress {
  /** What the hub listens on, as its variable ADDR takes it: `127.0.0.1:3000`, `[::1]:3000`. */
  listen: string
  /** What a person opens in a browser on this machine. */
  url: string
  /** What people on other machines open; empty where none can come. */
  urlsForOthers: string[]
}

/**
 * Where the hub will listen; port 0 means a free one.
 * @throws when nobody can listen there now, with the variable that changes it
 */
export async function findWebAddress({
  host,
  port: wanted,
}: Pick<HubConfig, 'host' | 'port'>): Promise<WebAddress> {
  const port = wanted === 0 ? await findFreePort() : wanted
  const why = await whyNotListen(host, port)
  if (why === 'EADDRINUSE') throw new Error(`Port ${port} is in use. Set PORT (or ADDR) to another.`)
  if (why === 'EACCES')
    throw new Error(`Port ${port} needs more rights. Set PORT (or ADDR) to one from 1024.`)
  if (why) throw new Error(`Listening on ${host} is not possible (${why}). Set HOST (or ADDR) to another.`)
  const bracketed = host.includes(':') ? `[${host}]` : host
  const url = `http://${addressHere(host)}:${port}`
  const urlsForOthers = addressesForOthers(host).map((other) => `http://${other}:${port}`)
  return {
    listen: `${bracketed}:${port}`,
    url,
    urlsForOthers: urlsForOthers.filter((other) => other !== url),
  }
}
