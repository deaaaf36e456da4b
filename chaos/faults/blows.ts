import type { ProcessSlot } from '../house/process-slot.ts'
import type { Step } from '../steps/steps.ts'
import { pastAckWaitMs, pause, type Scene } from './fault.ts'

/** What happens in the moment of a step, in the very turn. */
export interface Blow {
  readonly name: string
  /** @returns mends it, in its own time. */
  strike(slot: ProcessSlot, scene: Scene, line: Step['line']): () => Promise<void>
}

export const killed: Blow = {
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
  strike: (slot, _scene, line) => {
    for (const link of slot.linksOf(line)) link.cut()
    return async () => {}
  },
}

/** What it is about to say comes late, when others have gone on. */
const frozen: Blow = {
  name: 'frozen with what it says',
  strike: (slot, _scene, line) => {
    slot.freeze()
    for (const link of slot.linksOf(line)) link.freeze()
    return async () => {
      await pause(pastAckWaitMs)
      slot.thaw()
      for (const link of slot.linksOf(line)) link.thaw()
    }
  },
}

export const withoutBus: Blow = {
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

export const blows: readonly Blow[] = [killed, cutOff, frozen, withoutBus]
