import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { ollamaBackend } from '../../workers/inference/ollama.ts'
import { type OllamaStandIn, startOllamaStandIn } from '../backends/ollama-stand-in.ts'
import type { TestProcess } from '../servers/processes.ts'
import { waitUntil } from '../servers/wait-until.ts'
import { type Asked, openWorkerHouse, type WorkerHouse } from './worker-house.ts'
import { startWorkerProcess } from './worker-process.ts'

/** A bus and a model server of one test alone, so that tests which mostly wait can do so at the same time. */
export interface WorkerScene extends AsyncDisposable {
  readonly house: WorkerHouse
  readonly ollama: OllamaStandIn
  startProcess(): Promise<TestProcess>
  /** The model waits at this token, so that its reply can't be over before its worker is. */
  pausesAt(afterTokens: number): Promise<void>
  hasGrownTo(asked: Asked, tokens: number): Promise<unknown>
  /** A reply that its worker, which drained, left in the middle. */
  leftHalfWay(): Promise<Asked>
  attempts(asked: Asked): Promise<Extract<LogEntry, { type: 'start' }>[]>
}

export async function openWorkerScene({ canContinue = true } = {}): Promise<WorkerScene> {
  await using opening = new AsyncDisposableStack()
  const ollama = opening.adopt(
    await startOllamaStandIn({ models: [{ name: 'counting', canContinue }] }),
    (standIn) => standIn.stop(),
  )
  const house = opening.use(await openWorkerHouse())
  const opened = opening.move()
  const scene: WorkerScene = {
    house,
    ollama,
    startProcess: async () => {
      const worker = await startWorkerProcess({ NATS_URL: house.nats.url, OLLAMA_BASE_URL: ollama.url })
      await worker.waitForLine(/takes chat requests/)
      return worker
    },
    pausesAt: (afterTokens) => ollama.setFault({ kind: 'stall', afterTokens }, { requests: 1 }),
    hasGrownTo: (asked, tokens) =>
      waitUntil('the reply has grown', async () => (await house.read(asked)).text.includes(` t${tokens} `)),
    leftHalfWay: async () => {
      const { worker } = await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
      await scene.pausesAt(100)
      const asked = await house.ask('tokens=150 rate=50')
      await scene.hasGrownTo(asked, 20)
      await worker.drain(0)
      return asked
    },
    attempts: async (asked) => (await house.entries(asked)).filter((entry) => entry.type === 'start'),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
  return scene
}
