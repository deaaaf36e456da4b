import type { ProcessSlot } from '../house/process-slot.ts'
import { type Step, steps } from '../steps/steps.ts'
import { type Fault, pastAckWaitMs, pause, type Scene, type Struck, withFree } from './fault.ts'

/** What happens in the moment of a step, in the very turn. */
interface Blow {
  readonly name: string
  /** @returns mends it, in its own time. */
  strike(slot: ProcessSlot, scene: Scene): () => Promise<void>
}

const killed: Blow = {
  name: 'killed',
  strike: (slot, { random }) => {
    slot.strike()
    return async () => {
      await pause(random.between(50, 1_000))
      await slot.ensureUp()
    }
  },
}

const cutOff: Blow = {
  name: 'cut off',
  strike: ({ busLinks }) => {
    for (const link of busLinks) link.cut()
    return async () => {}
  },
}

/** What it is about to say comes late, when others have gone on. */
const frozen: Blow = {
  name: 'frozen with what it says',
  strike: (slot) => {
    slot.freeze()
    for (const link of slot.busLinks) link.freeze()
    return async () => {
      await pause(pastAckWaitMs)
      slot.thaw()
      for (const link of slot.busLinks) link.thaw()
    }
  },
}

const withoutBus: Blow = {
  name: 'left without a bus',
  strike: (_slot, { house, random }) => {
    const node = random.pick(house.bus.nodes)
    process.kill(node.pid, 'SIGKILL')
    return async () => {
      await pause(random.between(50, 1_000))
      await node.kill()
      await node.restart()
    }
  },
}

const blows = [killed, cutOff, frozen, withoutBus]

/** Every blow at every named step of the protocol. */
export const stepFaults: readonly Fault[] = [
  ...steps.flatMap((step) => blows.map((blow) => atStep(step, blow))),
  { kind: 'hub killed as a message is sent', run: (scene) => atSend(scene, killed) },
]

/** A step that is not met within this time is missed, in milliseconds. */
const meetWithinMs = 6_000

type Mend = () => Promise<void>

function atStep(step: Step, blow: Blow): Fault {
  const strikeOnce = async (scene: Scene): Promise<Struck> => {
    const slots = step.role === 'hub' ? scene.house.hubs : scene.house.workers
    const met = Promise.withResolvers<Mend>()
    const disarm = scene.house.traps.arm({
      step,
      left: 1 + scene.random.below(mostPassed(step)),
      strike: (index) => {
        const slot = slots[index]
        if (slot !== undefined) met.resolve(blow.strike(slot, scene))
      },
    })
    const mend = await within(met.promise, scene.over)
    disarm()
    await mend?.()
    return mend === undefined ? 'missed' : 'struck'
  }
  return {
    kind: `${step.role} ${blow.name} ${step.moment} ${step.name}`,
    run: async (scene) => {
      if (blow !== withoutBus) return strikeOnce(scene)
      let struck: Struck = 'missed'
      await withFree(scene, [scene.house.bus], async () => {
        struck = await strikeOnce(scene)
      })
      return struck
    },
  }
}

/** How often a step may pass before it is struck: what comes with each token may be struck anywhere in a reply. */
const mostPassed = ({ name }: Step): number =>
  name === 'a token is written' || name === 'an entry is heard' ? 40 : 3

/** The hub dies with a message on its way to it, or in the middle of taking it. */
async function atSend(scene: Scene, blow: Blow): Promise<Struck> {
  const met = Promise.withResolvers<Mend>()
  const delayMs = scene.random.pick([0, 1, 2, 5, 10])
  const disarm = scene.crowd.atNextSend((hub) => {
    setTimeout(() => {
      const slot = scene.house.hubs[hub]
      if (slot !== undefined) met.resolve(blow.strike(slot, scene))
    }, delayMs)
  })
  const mend = await within(met.promise, scene.over)
  disarm()
  await mend?.()
  return mend === undefined ? 'missed' : 'struck'
}

function within<Result>(promise: Promise<Result>, over: AbortSignal): Promise<Result | undefined> {
  const late = new Promise<undefined>((resolve) => {
    setTimeout(resolve, meetWithinMs, undefined)
    over.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  return Promise.race([promise, late])
}
