import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, chown, cp, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { findPostgres } from '../../deploy/local/postgres-binaries.mjs'
import { findFreePort } from './free-port.ts'
import type { TestProcess } from './processes.ts'
import { startProcess } from './processes.ts'
import { waitUntil } from './wait-until.ts'

export interface PostgresServer {
  /** Of the empty database `postgres`. */
  url: string
  port: number
  readonly pid: number
  dataDir: string
  /** Makes an empty database and resolves with its URL. */
  createDatabase(): Promise<string>
  /** SIGKILL; its files stay, for `restart`. */
  kill(): Promise<void>
  /** Ends it if it runs, and starts it on the same port with what it had stored. */
  restart(): Promise<void>
  /** Ends it, its connections too, and removes its files. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A real PostgreSQL on a free loopback port, in a folder of its own, without fsync. Trusts whoever connects. */
export async function startPostgres(): Promise<PostgresServer> {
  const installed = findPostgres()
  if (!installed) throw new Error('There is no PostgreSQL. `npm test` brings one into .tools/.')
  const folder = await mkdtemp(join(tmpdir(), 'companions-postgres-'))
  try {
    return await startIn(folder, installed)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function startIn(folder: string, installed: string): Promise<PostgresServer> {
  const account = accountToRunAs()
  if (account) await chown(folder, account.uid, account.gid)
  const binaries = account ? await reachableBinaries(installed, folder) : installed
  const dataDir = join(folder, 'data')
  const run = (program: string, args: string[]) =>
    startProcess(join(binaries, program), args, { ...account, cwd: folder, env: environmentFor(binaries) })
  await createCluster(run, dataDir)
  let { port, server } = await launchOnFreePort(run, { dataDir, folder })
  const urlOf = (database: string) => `postgres://companions@127.0.0.1:${port}/${database}`
  const end = async (signal: NodeJS.Signals) => void (await server.stop({ signal }))
  const stop = async () => {
    // SIGINT is the shutdown that does not wait for clients.
    await end('SIGINT')
    await rm(folder, { recursive: true, force: true })
  }
  return {
    url: urlOf('postgres'),
    port,
    get pid() {
      return server.pid
    },
    dataDir,
    createDatabase: async () => urlOf(await createDatabase(urlOf('postgres'))),
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGINT')
      // Children of a killed server hold its memory for a moment, and it refuses to start beside them.
      server = await waitUntil('PostgreSQL starts again', () => launch(run, { dataDir, folder, port }))
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** PostgreSQL refuses to run as root: then it is the system's own account for it, or nobody's. */
function accountToRunAs(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line = ['postgres:', 'nobody:'].flatMap((name) =>
    accounts.filter((account) => account.startsWith(name)),
  )[0]
  const [, , uid, gid] = line?.split(':') ?? []
  if (!uid || !gid) throw new Error('PostgreSQL needs an account other than root, such as nobody.')
  return { uid: Number(uid), gid: Number(gid) }
}

/** Another account can't look into root's home; binaries that stand there are copied beside the data. */
async function reachableBinaries(installed: string, folder: string): Promise<string> {
  for (let above = installed; above !== dirname(above); above = dirname(above)) {
    if (((await stat(above)).mode & 0o001) !== 0) continue
    const [tree, inside] = splitAtTree(installed)
    await chmod(folder, 0o755)
    await cp(tree, join(folder, 'program'), { recursive: true, verbatimSymlinks: true })
    return join(folder, 'program', inside)
  }
  return installed
}

/** The folder to copy, and the path in it: the libraries stand beside the programs, two floors up at Debian's. */
function splitAtTree(binaries: string): [tree: string, inside: string] {
  const debian = binaries.lastIndexOf('/usr/lib/postgresql/')
  return debian === -1 ? [dirname(binaries), 'bin'] : [binaries.slice(0, debian), binaries.slice(debian + 1)]
}

/** Libraries unpacked beside the programs, not installed, have to be pointed at. */
function environmentFor(binaries: string): NodeJS.ProcessEnv {
  const [tree] = splitAtTree(binaries)
  const architecture = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch
  const libraries = tree === '' ? '' : join(tree, `usr/lib/${architecture}-linux-gnu`)
  return { PATH: process.env.PATH, LANG: 'C.UTF-8', ...(libraries ? { LD_LIBRARY_PATH: libraries } : {}) }
}

type Run = (program: string, args: string[]) => Promise<TestProcess>

async function createCluster(run: Run, dataDir: string): Promise<void> {
  const options = [
    '--username=companions',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ]
  const making = await run('initdb', ['-D', dataDir, ...options])
  const { code } = await making.ending
  if (code !== 0) throw new Error(`initdb failed:\n${making.lines.slice(-20).join('\n')}`)
}

async function launchOnFreePort(run: Run, folders: { dataDir: string; folder: string }) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort()
    try {
      return { port, server: await launch(run, { ...folders, port }) }
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('Address already in use')
      if (!taken || attempt === 5) throw error
    }
  }
}

async function launch(
  run: Run,
  where: { dataDir: string; folder: string; port: number },
): Promise<TestProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: where.port,
    unix_socket_directories: where.folder,
    fsync: 'off',
    full_page_writes: 'off',
    max_connections: 100,
    shared_buffers: '32MB',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = await run('postgres', ['-D', where.dataDir, ...args])
  try {
    await server.waitForLine(/database system is ready to accept connections/)
    return server
  } catch (error) {
    await server.stop({ signal: 'SIGKILL' })
    throw error
  }
}

async function createDatabase(url: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(`create database ${name}`)
  } finally {
    await client.end()
  }
  return name
}
