import type { Assets } from '../assets/assets.ts'
import type { Version } from '../house.ts'
import type { User } from '../store/store.ts'
import type { Clock } from './clock.ts'
import type { Theme } from './cookies.ts'

/** What every part of a page may need to know of who looks, when, and at what. */
export interface View {
  readonly user: User
  readonly companion: Companion
  readonly clock: Clock
  readonly theme: Theme
  readonly sidebar: 'open' | 'closed'
  readonly assets: Assets
  readonly version: Version
  /** Whether a guest could sign in. */
  readonly canSignIn: boolean
  /** Whether only a new owner link lets an owner back in. */
  readonly needsLink: boolean
  /** Longest message, in UTF-16 code units. */
  readonly maxMessageLength: number
}

export interface Companion {
  readonly name: string
  readonly openers: readonly string[]
}
