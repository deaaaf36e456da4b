import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type OllamaStandIn, startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { type Link, openLink } from '../links/link.ts'
import { Traps } from '../steps/traps.ts'
import { type BusNodes, startBusNodes } from './bus-nodes.ts'
import { ProcessSlot } from './process-slot.ts'
import { openSqlitePlace, type PostgresHost, type StorePlace } from './store-place.ts'

/** What a round's house is made of. */
export interface Shape {
  readonly bus: 1 | 3
  readonly store: 'sqlite' | 'postgres'
}

/** The whole product as processes, with a breakable way between any two parts. */
export interface House extends AsyncDisposable {
  readonly shape: Shape
  readonly folder: string
  readonly bus: BusNodes
  readonly store: StorePlace
  readonly ollama: OllamaStandIn
  readonly hubs: readonly ProcessSlot[]
  readonly workers: readonly ProcessSlot[]
  readonly traps: Traps
  /** Everything runs, nothing is broken; what was broken may still recover. */
  heal(): Promise<void>
  /** Ends hubs and workers in order. */
  stopProcesses(): Promise<void>
}

const compileCache = path.join(import.meta.dirname, '..', '..', '.cache', 'chaos')

const hubCount = 2
const workerCount = 2

/** One model goes on with a begun answer, the other closes it and begins anew. */
export const models = ['counting', 'closing'] as const

const open = new Set<() => Promise<void>>()

/** For who is told to stop in the middle: ends every house that stands, with its files and disks. */
export const closeHouses = async (): Promise<void> =>
  void (await Promise.all([...open].map((close) => close())))

export async function startHouse(shape: Shape, postgres: PostgresHost): Promise<House> {
  await using starting = new AsyncDisposableStack()
  const folder = await mkdtemp(path.join(tmpdir(), 'companions-chaos-'))
  starting.defer(() => rm(folder, { recursive: true, force: true }))
  const store = shape.store === 'sqlite' ? await openSqlitePlace(folder) : await postgres.openPlace()
  starting.defer(() => store.close())
  const bus = starting.use(await startBusNodes(shape.bus))
  const ollama = await startStandIn()
  starting.defer(() => ollama.stop())
  const traps = new Traps()
  const linkTo = async (target: number, watches?: Parameters<typeof openLink>[1]) =>
    starting.use(await openLink(target, watches))
  const ground: Ground = { shape, folder, store, bus, ollama, traps, linkTo }
  const hubs = await Promise.all(Array.from({ length: hubCount }, (_, index) => placeHub(ground, index)))
  const workers = await Promise.all(
    Array.from({ length: workerCount }, (_, index) => placeWorker(ground, index)),
  )
  const slots = [...hubs, ...workers]
  starting.defer(() => {
    for (const slot of slots) slot.strike()
  })
  const each = (act: (slot: ProcessSlot) => Promise<void>) => Promise.all(slots.map(act))
  await each((slot) => slot.ensureUp())
  const parts = starting.move()
  const close = async () => {
    open.delete(close)
    await parts.disposeAsync()
  }
  open.add(close)
  return {
    shape,
    folder,
    bus,
    store,
    ollama,
    hubs,
    workers,
    traps,
    heal: async () => {
      await ollama.setFault(undefined)
      for (const slot of slots) slot.heal()
      await each((slot) => slot.ensureUp())
    },
    stopProcesses: async () => void (await each((slot) => slot.stop())),
    [Symbol.asyncDispose]: close,
  }
}

const titleWords = 'Write a title of'

const startStandIn = (): Promise<OllamaStandIn> =>
  startOllamaStandIn({
    models: models.map((name) => ({ name, canContinue: name === 'counting', contextLength: 131_072 })),
    answer: ({ prompt }) =>
      prompt.startsWith(titleWords) ? { text: 'Numbers', ratePerSecond: 0 } : undefined,
  })

interface Ground {
  readonly shape: Shape
  readonly folder: string
  readonly store: StorePlace
  readonly bus: BusNodes
  readonly ollama: OllamaStandIn
  readonly traps: Traps
  linkTo(target: number, watches?: Parameters<typeof openLink>[1]): Promise<Link>
}

async function placeHub(ground: Ground, index: number): Promise<ProcessSlot> {
  const { shape, folder, store, traps } = ground
  const busLinks = await linksToBus(ground, traps.watchesOf('hub', index))
  const storeLink = store.kind === 'postgres' ? await ground.linkTo(store.server.port) : undefined
  // Until the hub says where it listens nobody is let through.
  const front = await ground.linkTo(0)
  return new ProcessSlot({
    name: `hub ${index}`,
    file: 'server/main.ts',
    folder,
    busLinks,
    front,
    storeLink,
    environment: {
      ...sharedEnvironment(ground, busLinks),
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: folder,
      DATABASE_URL: store.urlFor(storeLink),
      NATS_REPLICAS: String(shape.bus),
    },
    readyLine: /hub listens/,
    onReady: (line) => {
      front.target = Number(new URL((JSON.parse(line) as { address: string }).address).port)
    },
  })
}

async function placeWorker(ground: Ground, index: number): Promise<ProcessSlot> {
  const busLinks = await linksToBus(ground, ground.traps.watchesOf('worker', index))
  return new ProcessSlot({
    name: `worker ${index}`,
    file: 'workers/main.ts',
    folder: ground.folder,
    busLinks,
    environment: {
      ...sharedEnvironment(ground, busLinks),
      OLLAMA_BASE_URL: ground.ollama.url,
      OLLAMA_TIMEOUT: '6s',
      TOKEN_TIMEOUT: '3s',
      DEMO: 'off',
      MAX_CONCURRENT_CHATS: '24',
    },
    readyLine: /takes chat requests/,
  })
}

const linksToBus = (ground: Ground, watches: Parameters<typeof openLink>[1]): Promise<Link[]> =>
  Promise.all(ground.bus.nodes.map(({ port }) => ground.linkTo(port, watches)))

const sharedEnvironment = ({ bus }: Ground, busLinks: readonly Link[]) => ({
  NATS_URL: busLinks.map(({ port }) => `nats://${bus.token}@127.0.0.1:${port}`).join(','),
  DRAIN_GRACE: '1s',
  NODE_COMPILE_CACHE: compileCache,
})
