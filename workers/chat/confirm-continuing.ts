import type { Log } from '../../bus/nats/log.ts'
import { type Backend, BackendError, type Prompt } from '../inference/backend.ts'
import type { Patience } from '../inference/stall-guard.ts'
import { pauseUnlessAborted } from '../runtime/pause.ts'
import type { Running } from './running.ts'

export interface Continuing {
  readonly backend: Backend
  readonly model: string
  readonly prompt: Prompt
  /** The text that is to be gone on with. */
  readonly begun: string
  readonly running: Running
  readonly patience: Patience
  readonly log: Log
}

/**
 * How long a backend that fails is asked again, unless a first token may take less, and how often. In milliseconds.
 */
const askMs = 10_000
const pauseMs = 500
/** A question that takes longer is told of, since nobody sees anything meanwhile. In milliseconds. */
const slowMs = 3_000

/**
 * Whether a backend goes on with a text. A "no" takes the text from its readers, so a backend that is away for a moment
 * is asked again, one that stays away has not said no, and nobody answers for one who must leave.
 *
 * @returns the backend's error where it did not say; undefined where the reply is to be let go of. Where it is cancelled
 *   nothing is generated, so the text stays.
 */
export async function confirmContinuing(continuing: Continuing): Promise<boolean | BackendError | undefined> {
  const { backend, model, running, log } = continuing
  const stop = AbortSignal.any([running.released, running.cancelled])
  const tell = () =>
    log('info', 'A backend does not say yet whether it goes on with a begun reply', {
      backend: backend.name,
      model,
    })
  const slow = setTimeout(tell, slowMs)
  try {
    return await askUntilTold(continuing, stop)
  } finally {
    clearTimeout(slow)
  }
}

async function askUntilTold(
  { backend, model, prompt, begun, running, patience }: Continuing,
  stop: AbortSignal,
): Promise<boolean | BackendError | undefined> {
  const endsAtMs = performance.now() + Math.min(askMs, patience.firstTokenMs)
  for (;;) {
    const answer = await backend.canContinue(model, prompt, begun, stop).catch((error: unknown) => error)
    if (answer === true) return true
    if (running.released.aborted) return undefined
    if (running.cancelled.aborted) return true
    // Who refuses this question may still answer the person's.
    if (!(answer instanceof BackendError) || answer.code === 'backend_refused') return false
    if (!answer.retryable || performance.now() > endsAtMs) return answer
    await pauseUnlessAborted(pauseMs, stop)
  }
}
