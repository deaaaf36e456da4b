import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import type { BusTrace } from '../store/store.ts'

/** How long after its end a reply's log stays, for readers that were away for a moment; in milliseconds. */
export const logAgeMs = 5 * 60_000

/** How long a deleted conversation can be brought back, in milliseconds. */
const undoWindowMs = 30_000
const batch = 50

/** Takes the logs of replies that ended long enough before `nowMs` (Unix milliseconds) off the bus. */
export async function purgeLogs({ bus, store }: Pick<Rooms, 'bus' | 'store'>, nowMs: number): Promise<void> {
  while (bus.state === 'connected') {
    const traces = await store.requests.purgeableLogs(nowMs - logAgeMs, batch)
    for (const { userId, requestId } of traces) {
      await bus.purge(streams.log.name, subjects.stream(userId, requestId))
      await store.requests.markLogPurged(userId, requestId)
    }
    if (traces.length < batch) return
  }
}

/**
 * Removes deleted conversations for good, from the store and then from the bus. It waits while the bus is away, since
 * only the rows know what is to be removed there; what fails after all is gone when the stream's age has passed.
 */
export async function purgeDeleted(rooms: Rooms): Promise<void> {
  while (rooms.bus.state === 'connected') {
    const traces = await rooms.store.conversations.purgeDeleted(Date.now() - undoWindowMs, batch)
    for (const trace of traces) await purgeTrace(rooms, trace)
    if (traces.length === 0) return
  }
}

/** Removes what one request left on the bus. Never rejects. */
export async function purgeTrace({ bus, log }: Rooms, { userId, requestId, seq }: BusTrace): Promise<void> {
  try {
    if (seq !== null) await bus.remove(streams.chat.name, seq)
    await bus.purge(streams.log.name, subjects.stream(userId, requestId))
    await bus.purge(streams.finals.name, subjects.final(userId, requestId))
  } catch (error) {
    log.warn({ request_id: requestId, ...errorFields(error) }, 'A deleted request is left on the bus')
  }
}
