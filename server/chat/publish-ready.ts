import { inTrace } from '../../telemetry/span.ts'
import type { Rooms } from '../house.ts'
import { fromStored, publishLeaseMs, publishRequest } from './publish-request.ts'

/** Rows taken in one go; no more are published at once. */
const batch = 32

/** Publishes the `ready` requests that nobody holds. Rows are left alone while the bus is away: a lease would delay them. */
export async function publishReady(rooms: Rooms): Promise<void> {
  while (rooms.bus.state === 'connected') {
    const now = Date.now()
    const rows = await rooms.store.requests.leaseReady({
      now,
      leaseUntil: now + publishLeaseMs,
      limit: batch,
    })
    await Promise.all(
      rows.map((row) => inTrace(row.traceparent, () => publishRequest(rooms, fromStored(row)))),
    )
    if (rows.length < batch) return
  }
}
