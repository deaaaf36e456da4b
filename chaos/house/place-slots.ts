import path from 'node:path'
import type { OllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import type { Link, openLink } from '../links/link.ts'
import type { Traps } from '../steps/traps.ts'
import type { BusNodes } from './bus-nodes.ts'
import { ProcessSlot } from './process-slot.ts'
import type { StorePlace } from './store-place.ts'

/** What a round's house is made of. */
export interface Shape {
  readonly bus: 1 | 3
  readonly store: 'sqlite' | 'postgres'
}

/** What a house stands on. */
export interface Ground {
  readonly shape: Shape
  readonly folder: string
  readonly store: StorePlace
  readonly bus: BusNodes
  readonly ollama: OllamaStandIn
  readonly traps: Traps
  /** A breakable way that goes with the house. */
  linkTo(target: number, watches?: Parameters<typeof openLink>[1]): Promise<Link>
}

export async function placeHub(ground: Ground, index: number): Promise<ProcessSlot> {
  const { shape, folder, store, traps } = ground
  const busLinks = await linksToBus(ground, traps.watchesOfBus('hub', index))
  const storeLink =
    store.kind === 'postgres'
      ? await ground.linkTo(store.server.port, traps.watchesOfStore(index))
      : undefined
  // Until the hub says where it listens nobody is let through.
  const front = await ground.linkTo(0, traps.watchesOfBrowsers(index))
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

export async function placeWorker(ground: Ground, index: number): Promise<ProcessSlot> {
  const busLinks = await linksToBus(ground, ground.traps.watchesOfBus('worker', index))
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

/** Starts are half as long with code that is compiled already. */
const compileCache = path.join(import.meta.dirname, '..', '..', '.cache', 'chaos')
