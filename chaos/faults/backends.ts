import type { Fault as BackendFault } from '../../testing/backends/fault.ts'
import { type Fault, pause, type Scene, withFree } from './fault.ts'

/** A model server that fails in its own ways. */
export const backendFaults: readonly Fault[] = [
  onBackend('model refuses connections', () => ({ kind: 'refuse' })),
  onBackend('model answers 500', () => ({ kind: 'status', status: 500, message: 'out of order' })),
  onBackend('model answers 503', () => ({ kind: 'status', status: 503, message: 'loading' })),
  onBackend('model hangs', ({ random }) => ({ kind: 'stall', afterTokens: random.below(20) })),
  onBackend('model resets', ({ random }) => ({ kind: 'reset', afterTokens: random.below(20) })),
  onBackend('model stops half-way', ({ random }) => ({
    kind: 'end-early',
    afterTokens: 1 + random.below(20),
  })),
  onBackend('model cuts its lines', () => ({ kind: 'half-lines', pieceBytes: 3 })),
  onBackend('model is another', () => ({ kind: 'other-model', model: 'somebody-else' })),
  onBackend('model is slow to begin', () => ({ kind: 'slow-first-byte', delayMs: 2_500 })),
]

const oneBackend = { busy: false }

function onBackend(kind: string, faultOf: (scene: Scene) => BackendFault): Fault {
  return {
    kind,
    run: (scene) =>
      withFree(scene, [oneBackend], async () => {
        const { ollama } = scene.house
        await ollama.setFault(faultOf(scene), { requests: 1 + scene.random.below(3) })
        await pause(scene.random.between(500, 2_500))
        await ollama.setFault(undefined)
      }),
  }
}
