import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { natsConfiguration } from '../../deploy/local/nats-configuration.ts'
import { findNatsServer } from '../../deploy/local/nats-server-binary.mjs'
import { usersConfiguration } from '../../deploy/nats/configuration.ts'
import { findFreePort } from './free-port.ts'
import { startGreeting } from './nats-server.ts'
import type { TestProcess } from './processes.ts'

const files = join(import.meta.dirname, '../../deploy/nats')
const passwords = { hub: 'hub_password', worker: 'worker_password' }

/** Servers with users of their own for hubs and workers. */
export interface DeployedNats extends AsyncDisposable {
  readonly urls: Readonly<Record<'hub' | 'worker', string>>
  /** What the servers logged of permissions that were broken. */
  violations(): readonly string[]
}

/** One server as `npm start` configures it: two users of one account. */
export const startUsersNats = (): Promise<DeployedNats> =>
  deploy(1, async (folder, [port = 0]) => {
    const authorization = usersConfiguration(passwords)
    const text = natsConfiguration({ port, authorization, storeFolder: folder, maxFileMebibytes: 1_024 })
    await writeFile(join(folder, '0.conf'), text)
  })

/** One server with the file for it in `deploy/nats`. */
export const startAccountsNats = (): Promise<DeployedNats> =>
  deploy(1, async (folder) => {
    await place(folder, 'accounts.conf', 'accounts.conf', {})
    await place(folder, 'nats-server.conf', '0.conf', { '/var/lib/nats': folder })
  })

/** Three servers with the file for a cluster. */
export const startClusterNats = (): Promise<DeployedNats> =>
  deploy(3, async (folder) => {
    const ports = await Promise.all([findFreePort(), findFreePort(), findFreePort()])
    const routes = Object.fromEntries(ports.map((port, index) => [`nats-${index}:6222`, `127.0.0.1:${port}`]))
    await place(folder, 'accounts.conf', 'accounts.conf', {})
    for (const [index, port] of ports.entries()) {
      const own = { '/var/lib/nats': join(folder, String(index)), '0.0.0.0:6222': `127.0.0.1:${port}` }
      await place(folder, 'nats-cluster.conf', `${index}.conf`, { ...routes, ...own })
    }
  })

/** Copies a file with what can't be the same on this machine. @throws when it doesn't hold what is to be replaced. */
async function place(folder: string, file: string, as: string, changes: Readonly<Record<string, string>>) {
  let text = await readFile(join(files, file), 'utf8')
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`${file} does not name ${from}`)
    text = text.replaceAll(from, to)
  }
  await writeFile(join(folder, as), text)
}

async function deploy(
  count: number,
  write: (folder: string, ports: readonly number[]) => Promise<void>,
): Promise<DeployedNats> {
  const binary = findNatsServer()
  if (!binary) throw new Error('There is no nats-server. `npm test` and `npm start` bring one into .tools/.')
  const folder = await mkdtemp(join(tmpdir(), 'companions-deployed-'))
  const servers: TestProcess[] = []
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await rm(folder, { recursive: true, force: true })
  }
  const ports = await Promise.all(Array.from({ length: count }, () => findFreePort()))
  const launch = async (port: number, index: number) => {
    await mkdir(join(folder, String(index)), { recursive: true })
    const flags = ['-c', join(folder, `${index}.conf`), '-a', '127.0.0.1', '-p', String(port)]
    const secrets = { HUB_PASSWORD: passwords.hub, WORKER_PASSWORD: passwords.worker }
    const env = { ...process.env, ...secrets, NATS_NAME: `nats-${index}` }
    servers.push(await startGreeting(binary, flags, { port, env }))
  }
  try {
    await write(folder, ports)
    await Promise.all(ports.map(launch))
  } catch (error) {
    await stop()
    throw error
  }
  const urlOf = (role: 'hub' | 'worker') =>
    ports.map((port) => `nats://${role}:${passwords[role]}@127.0.0.1:${port}`).join(',')
  return {
    urls: { hub: urlOf('hub'), worker: urlOf('worker') },
    violations: () => servers.flatMap(({ lines }) => lines.filter((line) => line.includes('Violation'))),
    [Symbol.asyncDispose]: stop,
  }
}
