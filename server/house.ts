import type { ChatNotify } from '../bus/contract/chat.ts'
import type { ModelsAnswer } from '../bus/contract/models.ts'
import type { Bus } from '../bus/nats/bus.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { HouseRules } from './accounts/house-rules.ts'
import type { Provider } from './accounts/providers/provider.ts'
import type { Access } from './accounts/sessions/access.ts'
import type { Assets } from './assets/assets.ts'
import type { HubConfig } from './config.ts'
import type { Connection } from './hub/connection.ts'
import type { Turnstile } from './hub/turnstile.ts'
import type { NamedProvider } from './pages/sign-in-page.ts'
import type { SessionStore } from './store/sessions.ts'
import type { Store, User } from './store/store.ts'

/** What every room of the hub is handed. `app.ts` composes one; there is no other way to reach these. */
export interface House {
  readonly config: HubConfig
  readonly store: Store
  readonly bus: Bus
  readonly assets: Assets
  readonly version: Version
  /** By whom people may sign in. */
  readonly providers: readonly (NamedProvider & Pick<Provider, 'tellsSignIn'>)[]
  /** What the workers' backends have, at most 5 seconds old; empty while no worker answers. Never rejects. */
  models(): Promise<ModelsAnswer>
  /** Whether a person can call: speech workers hear and speak, and the role has calls. As old; never rejects. */
  canCall(user: User): Promise<boolean>
  /** Tells all sockets of a person, on every hub, to look again. Best effort. */
  notify(userId: string, notice: ChatNotify): void
}

/** The same for the rooms behind the pages, which also log what they do by themselves. */
export interface Rooms extends House {
  readonly log: Logger
  readonly access: Access
  /** `store.sessions`, remembered for a while where the store may be away. */
  readonly sessions: SessionStore
  /** What admins decided for the house, a few seconds old at most. Never rejects. */
  rules(): Promise<HouseRules>
  /** Whether speech workers both hear and speak, as of 5 seconds ago at most. Never rejects. */
  voice(): Promise<boolean>
  /** This hub's name: random, new with every start. */
  readonly hubId: string
  /** Through which sockets come to read logs again, each one by one. */
  readonly replays: Turnstile<Connection>
  readonly providers: readonly Provider[]
  /** Whether a peer, by its own address, is a proxy whose word counts. */
  isTrustedProxy(address: string | undefined): boolean
}

export interface Version {
  readonly version: string
  readonly commit: string
  /** ISO 8601. */
  readonly built_at: string
}
