import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type OllamaStandIn, startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { openLink } from '../links/link.ts'
import { Traps } from '../steps/traps.ts'
import { startBusNodes } from './bus-nodes.ts'
import { type Ground, placeHub, placeWorker, type Shape } from './place-slots.ts'
import type { ProcessSlot } from './process-slot.ts'
import { openSqlitePlace, type PostgresHost } from './store-place.ts'

/** The whole product as processes, with a breakable way between any two parts. */
export interface House extends Ground, AsyncDisposable {
  readonly hubs: readonly ProcessSlot[]
  readonly workers: readonly ProcessSlot[]
  /** Everything runs, nothing is broken; what was broken may still recover. */
  heal(): Promise<void>
  /** Ends hubs and workers in order. */
  stopProcesses(): Promise<void>
}

const hubCount = 2
const workerCount = 2

/** One model goes on with a begun answer, the other closes it and begins anew. */
export const models = ['counting', 'closing'] as const

/** Starts a house; ready when all its processes are. @throws when one does not get ready */
export async function startHouse(shape: Shape, postgres: PostgresHost): Promise<House> {
  await using starting = new AsyncDisposableStack()
  const ground = await openGround(shape, postgres, starting)
  const place = (count: number, placeOne: (ground: Ground, index: number) => Promise<ProcessSlot>) =>
    Promise.all(Array.from({ length: count }, (_, index) => placeOne(ground, index)))
  const hubs = await place(hubCount, placeHub)
  const workers = await place(workerCount, placeWorker)
  const slots = [...hubs, ...workers]
  starting.defer(() => {
    for (const slot of slots) slot.strike()
  })
  const each = (act: (slot: ProcessSlot) => Promise<void>) => Promise.all(slots.map(act))
  await each((slot) => slot.ensureUp())
  const parts = starting.move()
  return {
    ...ground,
    hubs,
    workers,
    heal: async () => {
      await ground.ollama.setFault(undefined)
      for (const slot of slots) slot.heal()
      await each((slot) => slot.ensureUp())
    },
    stopProcesses: async () => void (await each((slot) => slot.stop())),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

/** Everything but the product's own processes; what is opened goes with the stack. */
async function openGround(
  shape: Shape,
  postgres: PostgresHost,
  starting: AsyncDisposableStack,
): Promise<Ground> {
  const folder = await mkdtemp(path.join(tmpdir(), 'companions-chaos-'))
  starting.defer(() => rm(folder, { recursive: true, force: true }))
  const store = shape.store === 'sqlite' ? await openSqlitePlace(folder) : await postgres.openPlace()
  starting.defer(() => store.close())
  const bus = starting.use(await startBusNodes(shape.bus))
  const ollama = await startStandIn()
  starting.defer(() => ollama.stop())
  const linkTo: Ground['linkTo'] = async (target, watches) => starting.use(await openLink(target, watches))
  return { shape, folder, store, bus, ollama, traps: new Traps(), linkTo }
}

const titleWords = 'Write a title of'

const startStandIn = (): Promise<OllamaStandIn> =>
  startOllamaStandIn({
    models: models.map((name) => ({ name, canContinue: name === 'counting', contextLength: 131_072 })),
    answer: ({ prompt }) =>
      prompt.startsWith(titleWords) ? { text: 'Numbers', ratePerSecond: 0 } : undefined,
  })
