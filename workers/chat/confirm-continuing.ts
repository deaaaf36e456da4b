import { type Backend, BackendError, type Prompt } from '../inference/backend.ts'
import { pauseUnlessAborted } from '../runtime/pause.ts'
import type { Running } from './running.ts'

export interface Continuing {
  readonly backend: Backend
  readonly model: string
  readonly prompt: Prompt
  /** The text that is to be gone on with. */
  readonly begun: string
  readonly running: Running
}

/** How long a backend that fails is asked again, and how often, in milliseconds. */
const patienceMs = 10_000
const pauseMs = 500

/**
 * Whether a backend goes on with a text. A "no" takes the text from its readers, so a backend that is away for a moment
 * is asked again, and nobody answers for one who must leave.
 *
 * @returns undefined where the reply is to be let go of. Where it is cancelled nothing is generated, so the text stays.
 */
export async function confirmContinuing(continuing: Continuing): Promise<boolean | undefined> {
  const { backend, model, prompt, begun, running } = continuing
  const stop = AbortSignal.any([running.released, running.cancelled])
  const endsAtMs = performance.now() + patienceMs
  for (;;) {
    const answer = await backend.canContinue(model, prompt, begun, stop).catch((error: unknown) => error)
    if (answer === true) return true
    if (running.released.aborted) return undefined
    if (running.cancelled.aborted) return true
    const mayReturn = answer instanceof BackendError && answer.retryable
    if (!mayReturn || performance.now() > endsAtMs) return false
    await pauseUnlessAborted(pauseMs, stop)
  }
}
