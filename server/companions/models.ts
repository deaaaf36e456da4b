import { checker } from '../../bus/contract/check.ts'
import { ModelsAnswer } from '../../bus/contract/models.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { rememberAnswer } from '../remember-answer.ts'

const modelsAnswer = checker(ModelsAnswer)
const timeoutMs = 1_500

/** Asks the workers what their backends have, at most once in five seconds; empty while none answers. */
export const createModelList = (bus: Bus): (() => Promise<ModelsAnswer>) =>
  rememberAnswer(() => askWorkers(bus))

async function askWorkers(bus: Bus): Promise<ModelsAnswer> {
  const none: ModelsAnswer = { models: [], backends: [] }
  if (bus.state !== 'connected') return none
  const answer = await bus.request(subjects.modelsList, {}, { timeoutMs }).catch(() => none)
  return modelsAnswer(answer) ? answer : none
}
