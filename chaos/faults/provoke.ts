import type { ProcessSlot } from '../house/process-slot.ts'
import type { Step } from '../steps/steps.ts'
import { pause, type Scene } from './fault.ts'

/** What makes a step come that seldom comes by itself. */
export interface Provocation {
  /** How long it takes at most until the step is met, in milliseconds. */
  readonly withinMs: number
  /** @returns undoes it. */
  begin(scene: Scene): Promise<() => Promise<void>>
}

/** Past the age at which an ended reply's log goes, in milliseconds. */
const pastLogAgeMs = 600_000
/** Longer than a worker has to end a cancelled reply before a hub does it, in milliseconds. */
const pastCancelGraceMs = 4_500

const stops: Provocation = {
  withinMs: 6_000,
  begin: async (scene) => {
    const timer = setInterval(() => stopSome(scene), 500)
    return async () => clearInterval(timer)
  },
}

/** No worker is there to end what is stopped, so that a hub has to. */
const stopsUnheard: Provocation = {
  withinMs: 8_000,
  begin: async (scene) => {
    const slots = await hold(scene.house.workers)
    for (const slot of slots) slot.freeze()
    stopSome(scene)
    const thawed = pause(pastCancelGraceMs).then(() => release(slots))
    return () => thawed
  },
}

/** A worker that is told to leave gives up what it can't finish in time. */
const departure: Provocation = {
  withinMs: 10_000,
  begin: async (scene) => {
    const [slot] = await hold([scene.random.pick(scene.house.workers)])
    const left = slot?.rollOver()
    return async () => {
      await left
      release(slot ? [slot] : [])
    }
  },
}

/** A hub whose clock goes ahead takes every log that ended for an old one, within half a minute. */
const oldLogs: Provocation = {
  withinMs: 35_000,
  begin: async ({ house }) => {
    await Promise.all(house.hubs.map((slot) => slot.setClock(pastLogAgeMs)))
    return async () => void (await Promise.all(house.hubs.map((slot) => slot.setClock(0))))
  },
}

const provocations: Readonly<Record<string, Provocation>> = {
  'a cancellation is committed': stops,
  'a cancellation is told': stops,
  'a cancellation is heard': stops,
  'a cancelled log is claimed': stopsUnheard,
  'a cancelled log is ended': stopsUnheard,
  'the reply is given up': departure,
  'a log is purged': oldLogs,
}

export const provocationOf = ({ name }: Step): Provocation | undefined => provocations[name]

function stopSome({ crowd, random }: Scene): void {
  for (const person of random.shuffled(crowd.people).slice(0, 3)) person.stop(random)
}

/** Takes what no other fault has in hand; what is taken is given back with `release`. */
async function hold(slots: readonly ProcessSlot[]): Promise<ProcessSlot[]> {
  const free = slots.filter(({ busy }) => !busy)
  for (const slot of free) slot.busy = true
  await Promise.all(free.map((slot) => slot.ensureUp()))
  return free
}

function release(slots: readonly ProcessSlot[]): void {
  for (const slot of slots) {
    slot.thaw()
    slot.busy = false
  }
}
