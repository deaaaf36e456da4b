import { after, before } from 'node:test'
import type { HubConfig } from '../../server/config.ts'
import { type SignInHouse, startSignInHouse } from './sign-in-house.ts'

/** Opens a house to sign in to before the tests of a file, and closes it after. */
export function useSignInHouse(config: Partial<HubConfig> = {}): Omit<SignInHouse, keyof AsyncDisposable> {
  let opened: SignInHouse | undefined
  const inUse = () => {
    if (opened === undefined) throw new Error('The house opens before the tests, not while they are read.')
    return opened
  }
  before(async () => {
    opened = await startSignInHouse(config)
  })
  after(() => opened?.[Symbol.asyncDispose]())
  return {
    get house() {
      return inUse().house
    },
    get hubs() {
      return inUse().hubs
    },
    get issuer() {
      return inUse().issuer
    },
    get google() {
      return inUse().google
    },
    addHub: (more) => inUse().addHub(more),
    visitor: (hub) => inUse().visitor(hub),
    whoIs: (visitor) => inUse().whoIs(visitor),
  }
}
