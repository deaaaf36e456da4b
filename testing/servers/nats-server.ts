import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { natsConfiguration } from '../../deploy/local/nats-configuration.ts'
import { findNatsServer } from '../../deploy/local/nats-server-binary.mjs'
import { findFreePort } from './free-port.ts'
import type { TestProcess } from './processes.ts'
import { startProcess } from './processes.ts'
import { waitUntil } from './wait-until.ts'

export interface NatsServerOptions {
  /** The program; what `findNatsServer` finds by default. */
  binary?: string
  port?: number
  token?: string
  /** Who may connect in place of the bearer of the token, as the server's configuration language has it. */
  authorization?: string
  /** More lines of the server's own configuration language. */
  configuration?: string
}

export interface NatsServer {
  /** `nats://TOKEN@127.0.0.1:PORT`, the same after a restart. */
  url: string
  token: string
  port: number
  /** Of the process that runs now, or ran last. */
  readonly pid: number
  /** What it printed last. */
  readonly lines: readonly string[]
  dataDir: string
  /** Ends it and removes its files. */
  stop(): Promise<void>
  /** SIGKILL; its files stay, for `restart`. */
  kill(): Promise<void>
  /** Ends it if it runs, and starts it on the same port; with `wipe`, having lost everything. */
  restart(options?: { wipe?: boolean }): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A real nats-server with JetStream on a free loopback port, its files in a folder of its own. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const binary = options.binary ?? findNatsServer()
  if (!binary) throw new Error('There is no nats-server. `npm test` and `npm start` bring one into .tools/.')
  const dataDir = await mkdtemp(join(tmpdir(), 'companions-nats-'))
  const token = options.token ?? randomBytes(16).toString('hex')
  const { configuration: more = '', authorization = `authorization { token: ${JSON.stringify(token)} }` } =
    options
  const launch = (port: number) => launchServer({ binary, dataDir, port, authorization, more })
  let { port, server } = await launchOnFreePort(launch, options.port).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true, force: true })
    throw error
  })
  const stop = async () => {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  return {
    url: `nats://${token}@127.0.0.1:${port}`,
    token,
    port,
    get pid() {
      return server.pid
    },
    get lines() {
      return server.lines
    },
    dataDir,
    stop,
    kill: async () => void (await server.stop({ signal: 'SIGKILL' })),
    restart: async ({ wipe = false } = {}) => {
      await server.stop()
      if (wipe) await rm(join(dataDir, 'jetstream'), { recursive: true, force: true })
      server = await launch(port)
    },
    [Symbol.asyncDispose]: stop,
  }
}

async function launchOnFreePort(launch: (port: number) => Promise<TestProcess>, wanted: number | undefined) {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await findFreePort())
    try {
      return { port, server: await launch(port) }
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('address already in use')
      if (!taken || wanted !== undefined || attempt === 5) throw error
    }
  }
}

interface Launch {
  binary: string
  dataDir: string
  port: number
  authorization: string
  more: string
}

async function launchServer({ binary, dataDir, port, authorization, more }: Launch): Promise<TestProcess> {
  const file = join(dataDir, 'nats.conf')
  const text = natsConfiguration({ port, authorization, storeFolder: dataDir, maxFileMebibytes: 1_024 })
  await writeFile(file, `${text}${more}\n`, { mode: 0o600 })
  return startGreeting(binary, ['-c', file], { port })
}

/** Starts a nats-server and waits until it greets on a port. */
export async function startGreeting(
  binary: string,
  flags: readonly string[],
  { port, env = process.env }: { port: number; env?: NodeJS.ProcessEnv },
): Promise<TestProcess> {
  const server = await startProcess(binary, flags, { env })
  try {
    await waitUntil('nats-server greets', () => server.ended() !== undefined || greets(port))
    if (server.ended())
      throw new Error(`nats-server ended at its start:\n${server.lines.slice(-20).join('\n')}`)
  } catch (error) {
    await server.stop({ signal: 'SIGKILL' })
    throw error
  }
  return server
}

/** The first thing a nats-server sends is INFO, and it listens only once JetStream has read its files. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const answer = (yes: boolean) => {
      socket.destroy()
      resolve(yes)
    }
    socket.setTimeout(1_000, () => answer(false))
    socket.once('error', () => answer(false))
    socket.once('data', (bytes) => answer(bytes.toString('latin1').startsWith('INFO ')))
  })
}
