import type { Ledger } from '../check/ledger.ts'
import type { House } from '../house/house.ts'
import type { Shape } from '../house/place-slots.ts'
import type { ProcessSlot } from '../house/process-slot.ts'
import type { Crowd } from '../people/crowd.ts'
import type { Random } from '../random.ts'

/** What a fault strikes, and by what chance. */
export interface Scene {
  readonly house: House
  readonly crowd: Crowd
  readonly ledger: Ledger
  /** The fault's own. */
  readonly random: Random
  /** Aborts when the round wants to end: nothing should go on waiting for its moment. */
  readonly over: AbortSignal
}

/** Whether it struck; `missed`: its moment did not come. `skipped` says why it can't be done here. */
export type Struck = 'struck' | 'missed' | { readonly skipped: string }

export interface Fault {
  readonly kind: string
  /** Absent: any. */
  readonly fits?: (shape: Shape) => boolean
  /** Breaks something, for a while, and mends it; resolves when it is mended. */
  run(scene: Scene): Promise<Struck>
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** How long a fault waits for something that no other has in hand, in milliseconds. */
const freeWithinMs = 15_000

interface Busy {
  busy: boolean
}

/** Does something with one of these that no other fault has in hand; misses where none gets free. */
export async function withFree<One extends Busy>(
  { random, over }: Pick<Scene, 'random' | 'over'>,
  all: readonly One[],
  act: (one: One) => Promise<unknown>,
): Promise<Struck> {
  const endsAt = performance.now() + freeWithinMs
  const inOrder = random.shuffled(all)
  while (performance.now() < endsAt && !over.aborted) {
    const one = inOrder.find(({ busy }) => !busy)
    if (one === undefined) {
      await pause(50)
      continue
    }
    one.busy = true
    try {
      await act(one)
      return 'struck'
    } finally {
      one.busy = false
    }
  }
  return 'missed'
}

/** A hub or a worker, whose process is up when it is struck. */
export const withSlot = (
  scene: Scene,
  slots: readonly ProcessSlot[],
  act: (slot: ProcessSlot) => Promise<unknown>,
): Promise<Struck> =>
  withFree(scene, slots, async (slot) => {
    await slot.ensureUp()
    await act(slot)
  })

/** Longer than the 6 s after which an unacknowledged request is delivered again, in milliseconds. */
export const pastAckWaitMs = 7_500
