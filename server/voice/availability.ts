import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { rememberAnswer } from '../remember-answer.ts'

const timeoutMs = 1_500

/** A "no" is remembered for less long, in milliseconds: workers that restart, or come back to the bus, are there soon. */
const ageMs = 5_000
const ageOfNoMs = 1_000

/**
 * Whether speech workers both hear and speak, as far as is known: of whom a bus that is away leads to is known what was
 * so before, and a hub that knows nothing yet takes it that they do. Never rejects.
 */
export function createVoiceLook(bus: Pick<Bus, 'state' | 'request'>): () => Promise<boolean> {
  let known = true
  const look = rememberAnswer(
    async () => {
      const answers = [subjects.hears, subjects.speaks].map((subject) =>
        bus.request(subject, {}, { timeoutMs }).then(
          () => true,
          () => false,
        ),
      )
      const can = (await Promise.all(answers)).every(Boolean)
      if (bus.state === 'connected') known = can
      return known
    },
    (can) => (can ? ageMs : ageOfNoMs),
  )
  return async () => (bus.state === 'connected' ? look() : known)
}
