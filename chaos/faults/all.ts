import { stepFaults } from './at-steps.ts'
import { backendFaults } from './backends.ts'
import { browserFaults } from './browsers.ts'
import { busFaults } from './bus.ts'
import type { Fault } from './fault.ts'
import { processFaults } from './processes.ts'
import { storeFaults } from './stores.ts'
import { wayFaults } from './ways.ts'

/** Faults that may strike at any time. */
export const looseFaults: readonly Fault[] = [
  ...processFaults,
  ...busFaults,
  ...wayFaults,
  ...storeFaults,
  ...backendFaults,
  ...browserFaults,
]

export { stepFaults }
