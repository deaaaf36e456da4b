import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { natsConfiguration, natsUrl } from './nats-configuration.ts'
import { findFreePort, whyNotListen } from './ports.ts'

interface Connection {
  port: number
  token: string
}

export interface LocalBus {
  /** What clients connect to, with the token in it. */
  url: string
  /** For `nats-server -c`. */
  configurationFile: string
}

/**
 * Writes the configuration of a nats-server whose files stand in `dataFolder/nats`. Its port and its token are made
 * once and kept there, readable for this account alone; a port that somebody else took meanwhile is replaced.
 */
export async function prepareLocalBus(dataFolder: string): Promise<LocalBus> {
  const folder = join(dataFolder, 'nats')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const connection = await usableConnection(join(folder, 'connection.json'))
  const configurationFile = join(folder, 'nats.conf')
  await writePrivately(configurationFile, natsConfiguration({ ...connection, storeFolder: folder }))
  return { url: natsUrl(connection), configurationFile }
}

async function usableConnection(file: string): Promise<Connection> {
  const kept = await readConnection(file)
  if (kept && (await whyNotListen('127.0.0.1', kept.port)) === undefined) return kept
  const token = kept?.token ?? randomBytes(24).toString('hex')
  const connection = { port: await findFreePort(), token }
  await writePrivately(file, `${JSON.stringify(connection)}\n`)
  return connection
}

async function readConnection(file: string): Promise<Connection | undefined> {
  try {
    const { port, token }: Partial<Connection> = JSON.parse(await readFile(file, 'utf8'))
    if (typeof port === 'number' && typeof token === 'string' && /^[0-9a-f]{32,}$/.test(token))
      return { port, token }
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    // One that is broken is made anew: nothing else depends on what it held.
    if (!absent && !(error instanceof SyntaxError)) throw error
  }
  return undefined
}

async function writePrivately(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await chmod(`${file}.new`, 0o600)
  await rename(`${file}.new`, file)
}
