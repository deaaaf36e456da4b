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
    for (const call of some) call.lookedAtMs = nowMs
    const living = new Set(
      await store.calls.renew(
        some.map(({ id }) => id),
        Date.now(),
      ),
    )
    for (const call of some) if (!living.has(call.id)) lose(calls, call, nowMs)
  }
}

/**
 * Looks whether a call still is, and tells its page where it is no more, as above. It renews nothing: a write would hold
 * up all that the hub does until the disk has it, with every question.
 *
 * @throws CodedError `store_unavailable`: then the call goes on as it is.
 */
export async function lookAtCall({ store }: Rooms, calls: Calls, call: Call): Promise<void> {
  const nowMs = performance.now()
  call.lookedAtMs = nowMs
  if (!(await store.calls.exists(call.id))) lose(calls, call, nowMs)
}

/** One that was opened again, or looked at, since `lookedAtMs` is told by what came of that. */
function lose(calls: Calls, call: Call, lookedAtMs: number): void {
  if (call.lookedAtMs === lookedAtMs && calls.get(call.id) === call) loseCall(calls, call.id)
}
