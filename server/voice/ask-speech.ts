import { CodedError } from '../../bus/contract/errors.ts'
import { speechRetryMs, speechTimeoutMs } from '../../bus/contract/limits.ts'
import type { Bus } from '../../bus/nats/bus.ts'

/**
 * Asks the speech workers, and again after `speechRetryMs` and whenever the bus comes back: whoever had the question may
 * have died. While the last asking has no answer each next one waits twice as long, since whoever is at work on it may
 * be slow, and every worker that is asked does the work once more. The first answer counts.
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
  /** The newest asking that nobody has answered or refused. */
  let open: symbol | undefined
  const ask = () => {
    // What is asked while the bus is away would only wait, all of it at once.
    if (bus.state !== 'connected') return
    const asking = Symbol()
    open = asking
    bus
      .request(subject, body, { timeoutMs: deadlineMs - performance.now() })
      .then(resolve, (error: unknown) => {
        if (open === asking) open = undefined
        if (!isForNow(error)) reject(error)
      })
  }
  let wait = 1
  let left = wait
  const askAgain = () => {
    left -= 1
    if (open !== undefined && left > 0) return
    wait = open === undefined ? 1 : 2 * wait
    left = wait
    ask()
  }
  const onAbort = () => reject(signal.reason)
  const stopListening = bus.onConnect(ask)
  const again = setInterval(askAgain, speechRetryMs)
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
