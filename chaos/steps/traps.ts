import type { Passing, Watch } from '../links/lane.ts'
import type { Watches } from '../links/link.ts'
import { natsWire } from '../links/nats-wire.ts'
import { postgresWire } from '../links/postgres-wire.ts'
import { socketWire } from '../links/socket-wire.ts'
import type { WireMessage, WireReader } from '../links/wire.ts'
import type { Step } from './steps.ts'

export interface Trap {
  readonly step: Step
  /** Strikes when the step is met for this time; counts down. */
  left: number
  /** @param slot which process of the step's role met it. */
  strike(slot: number): void
}

/** Whose connection, and what passes on it in which way. */
type Place = Pick<Step, 'role' | 'line' | 'way'> & { readonly slot: number }

/** Waits on the ways of a process for steps of the protocol, and strikes there in the very moment. */
export class Traps {
  readonly #armed = new Set<Trap>()

  /** Arms a trap that strikes once. @returns disarms it; false where it had struck. */
  arm(trap: Trap): () => boolean {
    this.#armed.add(trap)
    return () => this.#armed.delete(trap)
  }

  /** What looks at the connections of one process to the bus. */
  watchesOfBus(role: Step['role'], slot: number): Watches {
    const at = (way: Step['way']) => this.#watch({ role, line: 'bus', way, slot }, natsWire())
    return () => ({ out: at('out'), back: at('back') })
  }

  /** What looks at the connections of one hub to its store. */
  watchesOfStore(slot: number): Watches {
    return () => ({ out: this.#watch({ role: 'hub', line: 'store', way: 'out', slot }, postgresWire()) })
  }

  /** What looks at the connections of browsers to one hub, which is at the far end of them. */
  watchesOfBrowsers(slot: number): Watches {
    return () => ({ back: this.#watch({ role: 'hub', line: 'browsers', way: 'out', slot }, socketWire()) })
  }

  #watch(place: Place, reader: WireReader): Watch {
    const find = (message: WireMessage) => this.#find(place, message)
    return function* watch(chunk) {
      for (const { bytes, message } of reader.push(chunk)) {
        const trap = message && find(message)
        yield* trap === undefined ? [{ bytes }] : struck(trap, bytes, place.slot)
      }
    }
  }

  #find({ role, line, way }: Place, message: WireMessage): Trap | undefined {
    for (const trap of this.#armed) {
      const { step } = trap
      if (step.role !== role || step.line !== line || step.way !== way || !step.is(message)) continue
      trap.left -= 1
      if (trap.left > 0) continue
      this.#armed.delete(trap)
      return trap
    }
    return undefined
  }
}

/** A strike that cuts the way loses what comes after it, one that freezes it holds that. */
function struck({ step, strike }: Trap, bytes: Buffer, slot: number): Passing[] {
  const strikeNow = { bytes: undefined, onPassed: () => strike(slot) }
  return step.moment === 'before' ? [strikeNow, { bytes }] : [{ bytes, onPassed: () => strike(slot) }]
}
