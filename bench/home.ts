import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type NatsServer, startNatsServer } from '../testing/servers/nats-server.ts'
import { startProcess, type TestProcess } from '../testing/servers/processes.ts'

const root = path.join(import.meta.dirname, '..')

export interface HomeOptions {
  /** Without it and `speech` there is no worker, where nobody asks anything. */
  readonly backendUrl?: string
  /** Most replies at once. */
  readonly streams?: number
  /** The server that hears and speaks, with its version, and most questions of each kind at once. */
  readonly speech?: { readonly url: string; readonly questions: number }
  /** Where hub and worker leave a CPU profile when they end. */
  readonly profileDir?: string | undefined
}

/** The whole system as it runs alone: nats-server, a hub and a worker as processes, SQLite in a folder of its own. */
export interface Home {
  /** Where the hub listens now. */
  readonly origin: string
  /** Of the processes that run now. */
  readonly pids: Readonly<Record<string, number>>
  /** Ends the hub and starts another with the same store and bus. */
  restartHub(): Promise<void>
  stop(): Promise<void>
}

export async function startHome(options: HomeOptions): Promise<Home> {
  await using starting = new AsyncDisposableStack()
  const dir = await mkdtemp(path.join(tmpdir(), 'companions-bench-'))
  starting.defer(() => rm(dir, { recursive: true, force: true }))
  const nats = await startNatsServer()
  starting.defer(() => nats.stop())
  const startHub = () => launch('server/main.ts', hubEnvironment(nats, dir), dir, options.profileDir)
  let hub = await startHub()
  starting.defer(async () => void (await hub.stop({ graceMs: 20_000 })))
  let origin = await addressOf(hub)
  const worker = await startWorker(nats, dir, options)
  starting.defer(async () => void (await worker?.stop({ graceMs: 20_000 })))
  const parts = starting.move()
  return {
    get origin() {
      return origin
    },
    get pids() {
      return { hub: hub.pid, ...(worker && { worker: worker.pid }), nats: nats.pid }
    },
    restartHub: async () => {
      await hub.stop({ graceMs: 20_000 })
      hub = await startHub()
      origin = await addressOf(hub)
    },
    stop: () => parts.disposeAsync(),
  }
}

const hubEnvironment = (nats: NatsServer, dir: string) => ({
  NATS_URL: nats.url,
  DATA_DIR: dir,
  HOST: '127.0.0.1',
  PORT: '0',
})

async function addressOf(hub: TestProcess): Promise<string> {
  const line = await hub.waitForLine(/hub listens/, 60_000)
  return (JSON.parse(line) as { address: string }).address
}

async function startWorker(nats: NatsServer, dir: string, options: HomeOptions) {
  const { backendUrl, streams = 16, speech, profileDir } = options
  if (backendUrl === undefined && speech === undefined) return undefined
  const environment = {
    NATS_URL: nats.url,
    ...(backendUrl !== undefined && { OLLAMA_BASE_URL: backendUrl }),
    MAX_CONCURRENT_CHATS: String(streams),
    DEMO: 'off',
    ...(speech !== undefined && speechEnvironment(speech)),
  }
  const worker = await launch('workers/main.ts', environment, dir, profileDir)
  await worker.waitForLine(/takes chat requests/)
  return worker
}

const speechEnvironment = ({ url, questions }: NonNullable<HomeOptions['speech']>) => ({
  SPEECH_TO_TEXT_URL: url,
  TEXT_TO_SPEECH_URL: url,
  TEXT_TO_SPEECH_FORMAT: 'wav',
  MAX_CONCURRENT_SPEECH: String(questions),
})

/** A folder without `.env`, and none of this shell's variables: the same system wherever the bench is started. */
async function launch(
  file: string,
  environment: Record<string, string>,
  dir: string,
  profileDir: string | undefined,
): Promise<TestProcess> {
  if (profileDir !== undefined) await mkdir(profileDir, { recursive: true })
  const profiling =
    profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profileDir)}`]
  return startProcess(process.execPath, [...profiling, path.join(root, file)], {
    cwd: dir,
    env: { PATH: process.env.PATH, ...environment },
  })
}
