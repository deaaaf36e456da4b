import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { rememberAnswer } from '../remember-answer.ts'

const timeoutMs = 1_500

/** Asks whether speech workers both hear and speak, at most once in five seconds. Never rejects. */
export const createVoiceLook = (bus: Bus): (() => Promise<boolean>) =>
  rememberAnswer(async () => {
    if (bus.state !== 'connected') return false
    const answers = [subjects.hears, subjects.speaks].map((subject) =>
      bus.request(subject, {}, { timeoutMs }).then(
        () => true,
        () => false,
      ),
    )
    return (await Promise.all(answers)).every(Boolean)
  })
