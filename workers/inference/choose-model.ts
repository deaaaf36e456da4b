import type { Backend } from './backend.ts'
import { sameModel } from './ollama.ts'
import type { Probe } from './probe.ts'

export interface Choice {
  readonly backend: Backend
  /** As the backend spells it. */
  readonly model: string
}

/**
 * The backend that answers: the one that has the model asked for; without one, the default model, else the first
 * model of the first backend. Undefined where there is none.
 */
export function chooseModel(
  probes: readonly Probe[],
  wanted: string | undefined,
  defaultModel: string | undefined,
): Choice | undefined {
  if (wanted !== undefined) return findModel(probes, wanted)
  const byDefault = defaultModel === undefined ? undefined : findModel(probes, defaultModel)
  return byDefault ?? firstModel(probes)
}

function findModel(probes: readonly Probe[], wanted: string): Choice | undefined {
  for (const { backend, models } of probes) {
    const isSame = (id: string) => id === wanted || (backend.kind === 'ollama' && sameModel(id, wanted))
    const model = models.find(({ id }) => isSame(id))
    if (model !== undefined) return { backend, model: model.id }
  }
  return undefined
}

function firstModel(probes: readonly Probe[]): Choice | undefined {
  for (const { backend, models } of probes) {
    if (models[0] !== undefined) return { backend, model: models[0].id }
  }
  return undefined
}
