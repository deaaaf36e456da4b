import { checker } from '../../bus/contract/check.ts'
import { ModelsAnswer } from '../../bus/contract/models.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'

const modelsAnswer = checker(ModelsAnswer)
const ageMs = 5_000
const timeoutMs = 1_500

/** Asks the workers what their backends have, at most once in five seconds; empty while none answers. */
export function createModelList(bus: Bus): () => Promise<ModelsAnswer> {
  let answer: Promise<ModelsAnswer> | undefined
  let askedAtMs = 0
  return () => {
    const nowMs = performance.now()
    if (answer === undefined || nowMs - askedAtMs > ageMs) {
      askedAtMs = nowMs
      answer = askWorkers(bus)
    }
    return answer
  }
}

async function askWorkers(bus: Bus): Promise<ModelsAnswer> {
  const none: ModelsAnswer = { models: [], backends: [] }
  if (bus.state !== 'connected') return none
  const answer = await bus.request(subjects.modelsList, {}, { timeoutMs }).catch(() => none)
  return modelsAnswer(answer) ? answer : none
}
