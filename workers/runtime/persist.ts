import { CodedError } from '../../bus/contract/errors.ts'
import { pauseUnlessAborted } from './pause.ts'

const pauseMs = 200

/**
 * Does something that needs the bus, again and again while the bus is away, for at most `forMs` milliseconds or until
 * the signal aborts.
 *
 * @throws the last `bus_unavailable` when that is over; any other error at once.
 */
export async function persist<Value>(
  forMs: number,
  action: () => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  const endsAt = performance.now() + forMs
  for (;;) {
    try {
      return await action()
    } catch (error) {
      const isAway = error instanceof CodedError && error.code === 'bus_unavailable'
      if (!isAway || performance.now() > endsAt || signal?.aborted) throw error
    }
    await pauseUnlessAborted(pauseMs, signal)
  }
}
