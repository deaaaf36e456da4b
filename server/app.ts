import { randomUUID } from 'node:crypto'
import cookies from '@fastify/cookie'
import {
  fastify as createFastify,
  type FastifyBaseLogger,
  type FastifyInstance,
  LogController,
} from 'fastify'
import { encode } from '../bus/contract/codec.ts'
import { randomToken } from '../bus/contract/ids.ts'
import { subjects } from '../bus/contract/subjects.ts'
import type { Bus } from '../bus/nats/bus.ts'
import type { Logger } from '../telemetry/logger.ts'
import { registerBackChannelLogout } from './accounts/flows/back-channel-logout.ts'
import { registerFromElsewhere } from './accounts/flows/from-elsewhere.ts'
import { registerFlows } from './accounts/flows/routes.ts'
import { rememberHouseRules } from './accounts/house-rules.ts'
import { registerIdentity } from './accounts/identify.ts'
import { registerAccountChangeLimit } from './accounts/limits/account-changes.ts'
import { registerAttemptLimit } from './accounts/limits/attempts.ts'
import { createOriginPolicy, registerForgeryGuard } from './accounts/origin.ts'
import { registerOwnerLink } from './accounts/owner-link.ts'
import { registerPasskeys } from './accounts/passkeys/routes.ts'
import { createProviders, type ProviderAddresses } from './accounts/providers/all.ts'
import { registerProxyIdentity } from './accounts/proxy/proxy-identity.ts'
import { registerRecovery } from './accounts/recovery/routes.ts'
import { openAccess } from './accounts/sessions/access.ts'
import { createSessionCookie } from './accounts/sessions/cookie.ts'
import { rememberSessions } from './accounts/sessions/remembered.ts'
import { registerSignOut } from './accounts/sign-out.ts'
import { createProxyTrust } from './accounts/trusted-proxies.ts'
import type { LoadedAssets } from './assets/load.ts'
import { registerAssets } from './assets/routes.ts'
import { openChatRoom } from './chat/chat-room.ts'
import { registerSessions } from './chat/sessions-routes.ts'
import { createModelList } from './companions/models.ts'
import type { HubConfig } from './config.ts'
import { registerHealth } from './health.ts'
import type { Rooms, Version } from './house.ts'
import { registerHandshakes } from './hub/handshakes.ts'
import { type Hub, openHub } from './hub/hub.ts'
import { mostReplays } from './hub/resume.ts'
import { registerSocket, registerUpgrades } from './hub/socket-route.ts'
import { Turnstile } from './hub/turnstile.ts'
import { watchLastRequests } from './last-requests.ts'
import { listen } from './listen.ts'
import { registerAccountPages } from './pages/account/account-routes.ts'
import { registerAdmin } from './pages/admin/routes.ts'
import { registerPages } from './pages/pages.ts'
import { renderedReplies } from './pages/rendered-replies.ts'
import { registerProblems } from './problem.ts'
import { registerRequestLog } from './request-log.ts'
import { registerSecurityHeaders } from './security-headers.ts'
import { openSessionCache, type SessionCache } from './store/session-cache.ts'
import type { Store } from './store/store.ts'
import { createVoiceLook } from './voice/availability.ts'
import { openVoiceRoom } from './voice/voice-room.ts'

/** What an app is made of; the store is migrated, and both store and bus stay the caller's to close. */
export interface AppParts {
  readonly config: HubConfig
  readonly store: Store
  /** Of the store; see `Store.readId`. */
  readonly houseId: string
  readonly bus: Bus
  readonly assets: LoadedAssets
  readonly version: Version
  readonly logger: Logger
  /** For tests: where providers are that the settings have no address for. */
  readonly providerAddresses?: ProviderAddresses
}

export interface App {
  readonly fastify: FastifyInstance
  readonly hub: Hub
  /** For what happens outside a request. */
  readonly rooms: Rooms
  /** Listens. @returns where, as `http://host:port`. @throws what `listen` throws, for example `EADDRINUSE`. */
  start(): Promise<string>
  /**
   * Not ready any more, says goodbye to browsers, lets requests end, both within `graceMs` (default: the setting), then
   * ends everything that `createApp` began.
   */
  close(graceMs?: number): Promise<void>
}

/** Largest body over HTTP, in bytes; forms set their own. */
const bodyLimit = 64 * 1024

/** Composes a hub. Its chores begin at once, listening with `start`. */
export function createApp(parts: AppParts): App {
  const { config, logger } = parts
  // A store in a file beside the hub is away only when everything is.
  const cache = parts.store.kind === 'postgres' ? openSessionCache(config.dataDir) : undefined
  const rooms = openRooms(parts, cache)
  // Also of who was deleted on another hub.
  rooms.access.onChange(({ kind, user_id }) => {
    if (kind === 'everything') renderedReplies.forgetPerson(user_id)
  })
  const chat = openChatRoom(rooms)
  const voice = openVoiceRoom(rooms)
  const hub = openHub({ rooms, chat, voice })
  const fastify = createFastify({
    loggerInstance: logger.child({}) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'http_request_id' }),
    genReqId: () => randomUUID(),
    bodyLimit,
    requestTimeout: 30_000,
    trustProxy: config.trustedProxies.length > 0 && [...config.trustedProxies],
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
  })
  const requests = watchLastRequests(fastify, config.listenFd !== undefined)
  registerRoutes(fastify, rooms, parts, hub, requests.isLeaving)
  return {
    fastify,
    hub,
    rooms,
    start: () => listen(fastify, config),
    close: async (graceMs = config.drainGraceMs) => {
      const deadlineMs = performance.now() + graceMs
      requests.leave()
      await hub.drain(graceMs)
      await requests.finish(deadlineMs - performance.now())
      await fastify.close()
      await Promise.all([chat.stop(), voice.stop()])
      await rooms.access.stop()
      cache?.close()
    },
  }
}

function openRooms(parts: AppParts, cache: SessionCache | undefined): Rooms {
  const { config, store, bus, assets, version, logger } = parts
  const access = openAccess({ store, bus, log: logger })
  const { sessions } = store
  const rules = rememberHouseRules({ config, store, log: logger })
  const voice = createVoiceLook(bus)
  return {
    config,
    store,
    bus,
    assets,
    version,
    log: logger,
    access,
    rules,
    voice,
    canCall: async ({ role }) => (await rules()).concurrentCalls[role] > 0 && (await voice()),
    sessions:
      cache === undefined ? sessions : rememberSessions({ sessions, cache, access, bus, log: logger }),
    hubId: randomToken(),
    replays: new Turnstile(mostReplays),
    providers: createProviders(config, parts.providerAddresses),
    isTrustedProxy: createProxyTrust(config.trustedProxies),
    models: createModelList(bus),
    notify: (userId, notice) => bus.send(subjects.notify(userId), encode(notice)),
  }
}

/** In the order a request meets them. */
function registerRoutes(
  app: FastifyInstance,
  rooms: Rooms,
  { assets, houseId }: Pick<AppParts, 'assets' | 'houseId'>,
  hub: Hub,
  isDraining: () => boolean,
): void {
  const cookie = createSessionCookie(rooms.config, houseId)
  const isOurs = createOriginPolicy(rooms.config)
  app.decorate('assets', assets)
  registerProblems(app)
  registerRequestLog(app, rooms.config)
  registerSecurityHeaders(app, assets, rooms.config)
  registerForgeryGuard(app, isOurs)
  app.register(cookies)
  registerUpgrades(app)
  // Hooks run in the order they were added, and the cookies' own is added when that is loaded.
  app.register(async (identified) => {
    registerHandshakes(identified, rooms.config.maxConnections)
    registerAttemptLimit(identified, rooms)
    registerIdentity(identified, rooms, cookie)
    registerProxyIdentity(identified, rooms, cookie)
    registerAccountChangeLimit(identified, rooms)
    registerHealth(identified, rooms, isDraining)
    registerAssets(identified, assets)
    registerOwnerLink(identified, rooms, cookie)
    registerSignOut(identified, rooms, cookie)
    registerFromElsewhere(identified)
    registerFlows(identified, { rooms, cookie })
    registerBackChannelLogout(identified, { rooms, cookie })
    registerPasskeys(identified, rooms, cookie)
    registerRecovery(identified, rooms, cookie)
    registerSessions(identified, rooms)
    registerPages(identified, rooms)
    registerAccountPages(identified, rooms)
    registerAdmin(identified, rooms)
    registerSocket(identified, hub, isOurs)
  })
}
