import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { usersConfiguration } from '../nats/configuration.ts'
import { natsConfiguration } from './nats-configuration.ts'
import { findFreePort, whyNotListen } from './ports.ts'

type Role = 'hub' | 'worker'

interface Connection {
  port: number
  /** Passwords. */
  hub: string
  worker: string
}

export interface LocalBus {
  /** What a hub and a worker connect to, each with its own user and password in it. */
  urls: Record<Role, string>
  /** For `nats-server -c`. */
  configurationFile: string
}

/**
 * Writes the configuration of a nats-server whose files stand in `dataFolder/nats`. Its port and its passwords are
 * made once and kept there, readable for this account alone; a port that somebody else took meanwhile is replaced.
 */
export async function prepareLocalBus(dataFolder: string): Promise<LocalBus> {
  const folder = join(dataFolder, 'nats')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const connection = await usableConnection(join(folder, 'connection.json'))
  const { port } = connection
  const configurationFile = join(folder, 'nats.conf')
  const authorization = usersConfiguration(connection)
  await writePrivately(configurationFile, natsConfiguration({ port, authorization, storeFolder: folder }))
  const urlOf = (role: Role) => `nats://${role}:${connection[role]}@127.0.0.1:${port}`
  return { urls: { hub: urlOf('hub'), worker: urlOf('worker') }, configurationFile }
}

async function usableConnection(file: string): Promise<Connection> {
  const kept = await readConnection(file)
  if (kept && (await whyNotListen('127.0.0.1', kept.port)) === undefined) return kept
  const newPassword = () => randomBytes(24).toString('hex')
  const { hub, worker } = kept ?? { hub: newPassword(), worker: newPassword() }
  const connection = { port: await findFreePort(), hub, worker }
  await writePrivately(file, `${JSON.stringify(connection)}\n`)
  return connection
}

async function readConnection(file: string): Promise<Connection | undefined> {
  try {
    const { port, hub, worker }: Partial<Connection> = JSON.parse(await readFile(file, 'utf8'))
    if (typeof port === 'number' && isPassword(hub) && isPassword(worker)) return { port, hub, worker }
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    // One that is broken is made anew: nothing else depends on what it held.
    if (!absent && !(error instanceof SyntaxError)) throw error
  }
  return undefined
}

const isPassword = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{32,}$/.test(value)

async function writePrivately(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await chmod(`${file}.new`, 0o600)
  await rename(`${file}.new`, file)
}
