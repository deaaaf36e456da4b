import type { TestContext } from 'node:test'

/** Limits count by the clock's minutes: in this test, and its hubs in this process, no new one begins. */
export const holdClock = (t: TestContext): void => t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
