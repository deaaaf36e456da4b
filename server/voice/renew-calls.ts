import type { Rooms } from '../house.ts'
import type { Call, Calls } from './call.ts'
import { loseCall } from './start-call.ts'

/** Calls renewed in one statement. */
const batch = 500

/**
 * Renews calls in the store. One that is there no more was replaced elsewhere, or its person is gone: its page is told
 * so. @throws CodedError `store_unavailable`: then all of them go on as they are.
 */
export async function renewCalls({ store }: Rooms, calls: Calls, asked: readonly Call[]): Promise<void> {
  for (let start = 0; start < asked.length; start += batch) {
    const some = asked.slice(start, start + batch)
    const nowMs = performance.now()
    for (const call of some) call.renewedAtMs = nowMs
    const living = new Set(
      await store.calls.renew(
        some.map(({ id }) => id),
        Date.now(),
      ),
    )
    // One that was opened again, or renewed, since then is told by what came of that.
    for (const call of some)
      if (!living.has(call.id) && call.renewedAtMs === nowMs && calls.get(call.id) === call)
        loseCall(calls, call.id)
  }
}
