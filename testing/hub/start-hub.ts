import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Logger, pino } from 'pino'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { connectBus } from '../../bus/nats/connection.ts'
import type { ProviderAddresses } from '../../server/accounts/providers/all.ts'
import { createSessionCookie } from '../../server/accounts/sessions/cookie.ts'
import { openSession } from '../../server/accounts/sessions/open.ts'
import { type App, createApp } from '../../server/app.ts'
import type { LoadedAssets } from '../../server/assets/load.ts'
import { type HubConfig, readConfig } from '../../server/config.ts'
import { openStore } from '../../server/store/open-store.ts'
import type { Store, User } from '../../server/store/store.ts'
import { type BrowserSocket, openBrowserSocket } from './browser-socket.ts'

export interface TestHubOptions {
  readonly natsUrl: string
  /** Where the store is; absent: a folder of its own, gone afterwards. */
  readonly databaseUrl?: string
  readonly config?: Partial<HubConfig>
  /** Where emulated providers are. */
  readonly providers?: ProviderAddresses
  /** Absent: silent, unless `TEST_LOG_LEVEL` says otherwise. */
  readonly logger?: Logger
  /** What browsers get; absent: nothing but HTML. */
  readonly assets?: LoadedAssets
  /** Wraps the store, for faults. */
  readonly around?: (store: Store) => Store
  /** Wraps the bus, to see what is asked of it. */
  readonly aroundBus?: (bus: Bus) => Bus
}

/** A hub in this process, on a free loopback port, with a real store and the real bus that `natsUrl` names. */
export interface TestHub {
  readonly app: App
  readonly store: Store
  readonly bus: Bus
  readonly databaseUrl: string
  readonly origin: string
  readonly port: number
  /** A new person with a session of their own. */
  signIn(kind?: User['kind']): Promise<SignedIn>
  /** A welcomed socket of that person. */
  connect(who: SignedIn, hello?: Parameters<BrowserSocket['hello']>[0]): Promise<BrowserSocket>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface SignedIn {
  readonly user: User
  readonly cookie: string
}

export async function startTestHub(options: TestHubOptions): Promise<TestHub> {
  const dir = await mkdtemp(path.join(tmpdir(), 'companions-hub-'))
  const databaseUrl = options.databaseUrl ?? `sqlite:${path.join(dir, 'test.db')}`
  const opened = await openStore(databaseUrl)
  await opened.migrate()
  const store = options.around?.(opened) ?? opened
  const connected = connectBus({ url: options.natsUrl, name: 'test-hub', role: 'hub' })
  const bus = options.aroundBus?.(connected) ?? connected
  const config: HubConfig = {
    ...readConfig({ PORT: '0', DRAIN_GRACE: '2' }),
    dataDir: dir,
    ...options.config,
  }
  const logger = options.logger ?? pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })
  const version = { version: '0.0.0-test', commit: 'test', built_at: '2026-01-01T00:00:00.000Z' }
  const houseId = await store.readId()
  const at = options.providers && { providerAddresses: options.providers }
  const assets = options.assets ?? noAssets
  const app = createApp({ config, store, houseId, bus, assets, version, logger, ...at })
  const origin = await app.start()
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    await app.close()
    await bus.close()
    await store.close()
    await rm(dir, { recursive: true, force: true })
  }
  return {
    app,
    store,
    bus,
    databaseUrl,
    origin,
    port: Number(new URL(origin).port),
    signIn: async (kind = 'guest') => {
      const role = kind === 'owner' ? 'admin' : 'user'
      const now = Date.now()
      const user: User = { id: uuidv7(), name: 'Mika', kind, role, email: null, createdAt: now }
      await store.accounts.createUser(user)
      const { token } = await openSession(store.sessions, config, { user, now })
      return { user, cookie: `${createSessionCookie(config, houseId).name}=${token}` }
    },
    connect: async ({ cookie }, hello) => {
      const socket = await openBrowserSocket(origin, { cookie })
      socket.hello(hello)
      await socket.next('welcome')
      return socket
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const noAssets: LoadedAssets = {
  files: new Map(),
  other: async () => undefined,
  importMap: '{}',
  importMapHash: 'sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=',
  url: (name) => `/assets/${name}`,
  preloads: () => [],
}
