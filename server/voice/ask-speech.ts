import { CodedError } from '../../bus/contract/errors.ts'
import { speechRetryMs, speechTimeoutMs } from '../../bus/contract/limits.ts'
import type { Bus } from '../../bus/nats/bus.ts'

/**
 * Each time it is asked this long is waited, in milliseconds: long enough for an answer to the next ones to be under way,
 * and short enough that few copies of an utterance wait for nobody.
 */
const patienceMs = 5 * speechRetryMs

/**
 * Asks the speech workers, and again every `speechRetryMs` and whenever the bus comes back: whoever had the question may
 * have died. The first answer counts.
 *
 * @throws CodedError a worker's own, unless it has too much to do for now; `bus_unavailable` when none answered within
 * `speechTimeoutMs`; the signal's reason.
 */
export async function askSpeech(
  bus: Pick<Bus, 'state' | 'request' | 'onConnect'>,
  { subject, body }: { subject: string; body: object },
  signal: AbortSignal,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const deadlineMs = performance.now() + speechTimeoutMs
  const ask = () => {
    // What is asked while the bus is away would only wait, all of it at once.
    if (bus.state !== 'connected') return
    const timeoutMs = Math.min(patienceMs, deadlineMs - performance.now())
    bus
      .request(subject, body, { timeoutMs })
      .then(resolve, (error: unknown) => isForNow(error) || reject(error))
  }
  const onAbort = () => reject(signal.reason)
  const stopListening = bus.onConnect(ask)
  const again = setInterval(ask, speechRetryMs)
  const end = setTimeout(() => reject(new CodedError('bus_unavailable', 'Nobody answered')), speechTimeoutMs)
  signal.addEventListener('abort', onAbort, { once: true })
  ask()
  try {
    return await promise
  } finally {
    stopListening()
    clearInterval(again)
    clearTimeout(end)
    signal.removeEventListener('abort', onAbort)
  }
}

const isForNow = (error: unknown): boolean =>
  error instanceof CodedError && (error.code === 'bus_unavailable' || error.code === 'queue_full')
