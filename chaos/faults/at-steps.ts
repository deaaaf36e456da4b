import { type Step, steps } from '../steps/steps.ts'
import { type Blow, blows, killed, withoutBus } from './blows.ts'
import { type Fault, type Scene, type Struck, withFree } from './fault.ts'
import { provocationOf } from './provoke.ts'

/** Every blow at every named step of the protocol. */
export const stepFaults: readonly Fault[] = [
  ...steps.flatMap((step) => blows.map((blow) => atStep(step, blow))),
  { kind: 'hub killed as a message is sent', run: (scene) => atSend(scene, killed) },
]

/** A step that is not met within this time is missed, in milliseconds. */
const meetWithinMs = 6_000

type Mend = () => Promise<void>

function atStep(step: Step, blow: Blow): Fault {
  return {
    kind: `${step.role} ${blow.name} ${step.moment} ${step.name}`,
    ...(step.line === 'store' && { fits: ({ store }) => store === 'postgres' }),
    run: async (scene) => {
      if (blow !== withoutBus) return strikeAt(step, blow, scene)
      let struck: Struck = 'missed'
      await withFree(scene, [scene.house.bus], async () => {
        struck = await strikeAt(step, blow, scene)
      })
      return struck
    },
  }
}

async function strikeAt(step: Step, blow: Blow, scene: Scene): Promise<Struck> {
  const slots = step.role === 'hub' ? scene.house.hubs : scene.house.workers
  const provocation = provocationOf(step)
  const met = Promise.withResolvers<Mend>()
  const disarm = scene.house.traps.arm({
    step,
    left: 1 + scene.random.below(mostPassed(step)),
    strike: (index) => {
      const slot = slots[index]
      if (slot !== undefined) met.resolve(blow.strike(slot, scene, step.line))
    },
  })
  const undo = await provocation?.begin(scene)
  const mend = await within(met.promise, scene.over, provocation?.withinMs)
  disarm()
  await mend?.()
  await undo?.()
  return mend === undefined ? 'missed' : 'struck'
}

const oftenPassed = new Set(['a token is written', 'the bus has an entry', 'an entry is heard'])

/** How often a step may pass before it is struck: what comes with each token may be struck anywhere in a reply. */
function mostPassed(step: Step): number {
  if (oftenPassed.has(step.name)) return 40
  return provocationOf(step) === undefined ? 3 : 1
}

/** The hub dies with a message on its way to it, or in the middle of taking it. */
async function atSend(scene: Scene, blow: Blow): Promise<Struck> {
  const met = Promise.withResolvers<Mend>()
  const delayMs = scene.random.pick([0, 1, 2, 5, 10])
  const disarm = scene.crowd.atNextSend((hub) => {
    setTimeout(() => {
      const slot = scene.house.hubs[hub]
      if (slot !== undefined) met.resolve(blow.strike(slot, scene, 'bus'))
    }, delayMs)
  })
  const mend = await within(met.promise, scene.over)
  disarm()
  await mend?.()
  return mend === undefined ? 'missed' : 'struck'
}

function within<Result>(
  promise: Promise<Result>,
  over: AbortSignal,
  withinMs = meetWithinMs,
): Promise<Result | undefined> {
  const late = new Promise<undefined>((resolve) => {
    setTimeout(resolve, withinMs, undefined)
    over.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  return Promise.race([promise, late])
}
