import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { BrowserSocket } from './browser-socket.ts'
import { startTestHouse, type TestHouse } from './start-house.ts'
import type { TestHub } from './start-hub.ts'

/** What the tests of one file share. */
export interface TestHouseInUse {
  readonly house: TestHouse
  readonly hub: TestHub
  /** A new person with an open socket. */
  enter(hub?: TestHub): Promise<{ person: Awaited<ReturnType<TestHub['signIn']>>; browser: BrowserSocket }>
}

/** Opens a house before the tests of a file and closes it after. */
export function useTestHouse(): TestHouseInUse {
  let opened: TestHouse | undefined
  const inUse = () => opened ?? assert.fail('The house opens before the tests, not while they are read.')
  before(async () => {
    opened = await startTestHouse()
  })
  after(() => opened?.[Symbol.asyncDispose]())
  return {
    get house() {
      return inUse()
    },
    get hub() {
      return inUse().hub
    },
    enter: async (hub = inUse().hub) => {
      const person = await hub.signIn()
      return { person, browser: await hub.connect(person) }
    },
  }
}
