import type { Passing, Watch } from '../links/lane.ts'
import type { Watches } from '../links/link.ts'
import { NatsWire, type WireMessage } from '../links/nats-wire.ts'
import type { Step } from './steps.ts'

export interface Trap {
  readonly step: Step
  /** Strikes when the step is met for this time; counts down. */
  left: number
  /** @param slot which process of the step's role met it. */
  strike(slot: number): void
}

/** Waits on the ways to the bus for steps of the protocol, and strikes there in the very moment. */
export class Traps {
  readonly #armed = new Set<Trap>()

  /** Arms a trap that strikes once. @returns disarms it; false where it had struck. */
  arm(trap: Trap): () => boolean {
    this.#armed.add(trap)
    return () => this.#armed.delete(trap)
  }

  /** What looks at the connections of one process. */
  watchesOf(role: Step['role'], slot: number): Watches {
    return () => ({ out: this.#watch(role, 'out', slot), back: this.#watch(role, 'back', slot) })
  }

  #watch(role: Step['role'], way: Step['way'], slot: number): Watch {
    const wire = new NatsWire()
    const find = (message: WireMessage) => this.#find(role, way, message)
    return function* watch(chunk) {
      for (const { bytes, message } of wire.push(chunk)) {
        const trap = message && find(message)
        yield* trap === undefined ? [{ bytes }] : struck(trap, bytes, slot)
      }
    }
  }

  #find(role: Step['role'], way: Step['way'], message: WireMessage): Trap | undefined {
    for (const trap of this.#armed) {
      const { step } = trap
      if (step.role !== role || step.way !== way || !step.is(message)) continue
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
