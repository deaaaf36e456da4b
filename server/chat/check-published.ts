import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Rooms } from '../house.ts'
import type { StoredRequest } from '../store/store.ts'

const batch = 32

/**
 * Looks after requests the bus has had for a while, and makes those `ready` again that it lost (PROTOCOL section 3):
 * its stream was made anew, or the message is gone from the queue with no final on its way to the recorder. A reply
 * whose log has ended is not written again: the worker that gets the request only repeats its final.
 *
 * @returns how many were made ready.
 */
export async function checkPublished(rooms: Rooms, idleMs: number): Promise<number> {
  let republished = 0
  // One time for all batches, so that no row is taken twice.
  const now = Date.now()
  while (rooms.bus.state === 'connected') {
    const rows = await rooms.store.requests.leasePublished({ now, idleMs, limit: batch })
    const lost = await Promise.all(rows.map((row) => isLost(rooms, row)))
    for (const [index, row] of rows.entries()) {
      if (!lost[index]) continue
      if (await rooms.store.requests.republish(row.userId, row.requestId, row.attemptFloor)) republished += 1
      rooms.log.warn(
        { user_id: row.userId, request_id: row.requestId },
        'A request was lost by the bus and is ready again',
      )
    }
    if (rows.length < batch) break
  }
  return republished
}

async function isLost({ bus, store }: Rooms, row: StoredRequest): Promise<boolean> {
  const epoch = bus.epochOf(streams.chat.name)
  if (row.seq === null || epoch === 0) return false
  if (row.epoch !== epoch) return true
  if (await bus.holds(streams.chat.name, row.seq)) return false
  const final = await bus.lastEntry(streams.finals.name, subjects.final(row.userId, row.requestId))
  if (final !== undefined) return false
  // The recorder may have stored the final between the row's reading and ours.
  const present = await store.requests.find(row.userId, row.requestId)
  return present?.state === 'published' && present.attemptFloor === row.attemptFloor
}
