import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OllamaStandIn, startOllamaStandIn } from '../backends/ollama-stand-in.ts'
import type { ReplyScript } from '../backends/scripted-reply.ts'
import { findFreePort } from '../servers/free-port.ts'
import { type NatsServer, startNatsServer } from '../servers/nats-server.ts'
import type { TestProcess } from '../servers/processes.ts'
import { startHubProcess, startWorkerProcess } from './house-processes.ts'

/** Variables of a process; undefined takes one of the house's own away. */
export type Environment = Readonly<Record<string, string>>

export interface HouseOptions {
  /** How many workers there are at first: 1. */
  readonly workers?: number
  readonly hubEnvironment?: Environment
  readonly workerEnvironment?: Environment
  readonly models?: NonNullable<Parameters<typeof startOllamaStandIn>[0]>['models']
  /** What the model says to a message; undefined: numbered tokens, as the message itself asks for them. */
  readonly answer?: (prompt: string) => Partial<ReplyScript> | undefined
  /** What the model says when it is asked for a title. */
  readonly title?: string
}

/** The whole product: a real bus, hub and workers as processes, SQLite, and a stand-in for the model server. */
export interface House extends AsyncDisposable {
  /** Where people find it; the same after restarts. */
  readonly url: string
  readonly nats: NatsServer
  readonly ollama: OllamaStandIn
  /** The hub that runs now, or ran last. */
  readonly hub: TestProcess
  /** The workers that were started and not taken away. */
  readonly workers: readonly TestProcess[]
  /** SIGKILL. */
  killHub(): Promise<void>
  /** Ends the hub if it runs, in order, and starts it on the same port and store. */
  restartHub(environment?: Environment): Promise<void>
  addWorker(): Promise<TestProcess>
  /** SIGKILL to the worker that has run for longest. */
  killWorker(): Promise<void>
  /** Ends everything but the stand-in, in order, and starts it on the same data. */
  restartAll(): Promise<void>
  stopAll(): Promise<void>
}

const titleWords = 'Write a title of'

/** Starts the product in a folder of its own; ready when it answers, which takes about two seconds. */
export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'companions-house-'))
  const [nats, ollama, port] = await Promise.all([
    startNatsServer(),
    startOllamaStandIn({
      ...(options.models && { models: options.models }),
      answer: ({ prompt }) => answerTo(prompt, options),
    }),
    findFreePort(),
  ])
  const shared = { NATS_URL: nats.url, DATA_DIR: folder }
  const hubEnvironment = { ...shared, PORT: String(port), DRAIN_GRACE: '1', ...options.hubEnvironment }
  const workerEnvironment = {
    ...shared,
    OLLAMA_BASE_URL: ollama.url,
    DEMO: 'off',
    DRAIN_GRACE: '1',
    ...options.workerEnvironment,
  }
  const url = `http://127.0.0.1:${port}`
  const launchHub = (more: Environment = {}) => startHubProcess(url, { ...hubEnvironment, ...more })
  const launchWorkers = () =>
    Promise.all(Array.from({ length: options.workers ?? 1 }, () => startWorkerProcess(workerEnvironment)))
  let [hub, workers] = await Promise.all([launchHub(), launchWorkers()])

  const stopProcesses = async () => {
    await Promise.all([hub, ...workers].map((one) => one.stop()))
    workers = []
  }
  const stopAll = async () => {
    await stopProcesses()
    await Promise.all([nats.stop(), ollama.stop()])
    await rm(folder, { recursive: true, force: true })
  }
  return {
    url,
    nats,
    ollama,
    get hub() {
      return hub
    },
    get workers() {
      return workers
    },
    killHub: async () => void (await hub.stop({ signal: 'SIGKILL' })),
    restartHub: async (environment) => {
      await hub.stop()
      hub = await launchHub(environment)
    },
    addWorker: async () => {
      const added = await startWorkerProcess(workerEnvironment)
      workers.push(added)
      return added
    },
    killWorker: async () => void (await workers.shift()?.stop({ signal: 'SIGKILL' })),
    restartAll: async () => {
      await stopProcesses()
      await nats.restart()
      const started = await Promise.all([launchHub(), launchWorkers()])
      hub = started[0]
      workers = started[1]
    },
    stopAll,
    [Symbol.asyncDispose]: stopAll,
  }
}

function answerTo(prompt: string, options: HouseOptions): Partial<ReplyScript> | undefined {
  if (!prompt.startsWith(titleWords)) return options.answer?.(prompt)
  const text = options.title ?? 'Numbers in a row'
  return { text, ratePerSecond: 0, delayMs: 0, thoughts: 0 }
}
