import { encode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import type { StoredRequest } from '../store/store.ts'
import { endCancelledLog } from './end-cancelled-log.ts'

/** A worker has this long to end its reply before the hub ends it, in milliseconds (PROTOCOL section 3, cancel). */
const cancelGraceMs = 2_000
const batch = 64

/**
 * Cancels a request. What is written stays; after the end it has no effect.
 *
 * @returns whether other requests became `ready` by it.
 * @throws CodedError `not_found`.
 */
export async function cancelChat(rooms: Rooms, userId: string, requestId: string): Promise<boolean> {
  const cancelled = await rooms.store.requests.cancel(userId, requestId, Date.now())
  switch (cancelled.outcome) {
    case 'not_found':
      throw new CodedError('not_found')
    case 'over':
      return false
    case 'requested':
      publishCancel(rooms, userId, requestId)
      return false
    case 'ended':
      // A hub may be publishing it at this moment, and a worker that has asked for its history before would go on.
      publishCancel(rooms, userId, requestId)
      rooms.notify(userId, {
        kind: 'stored',
        conversation_id: cancelled.conversationId,
        request_id: requestId,
      })
      return cancelled.readied.length > 0
  }
}

/** Carries committed cancellations out: says it again every round, and ends the log itself where no worker did. */
export async function carryOutCancels(rooms: Rooms): Promise<void> {
  if (rooms.bus.state !== 'connected') return
  for (const row of await rooms.store.requests.cancelling(batch)) {
    publishCancel(rooms, row.userId, row.requestId)
    if (isOverdue(row)) await endOverdue(rooms, row)
  }
}

/** One reply that cannot be ended keeps no other from it. */
async function endOverdue(rooms: Rooms, row: StoredRequest): Promise<void> {
  try {
    await endCancelledLog(rooms, row)
  } catch (error) {
    rooms.log.warn({ request_id: row.requestId, ...errorFields(error) }, 'A cancelled reply is not ended yet')
  }
}

/** A time that is still to come is that of a hub whose clock goes ahead. */
const isOverdue = ({ cancelRequestedAt }: StoredRequest) =>
  cancelRequestedAt !== null && Math.abs(Date.now() - cancelRequestedAt) > cancelGraceMs

function publishCancel({ bus }: Rooms, userId: string, requestId: string): void {
  const cancel = { request_id: requestId, user_id: userId, timestamp: Date.now() / 1000 }
  bus.send(subjects.cancel(userId), encode(cancel))
}
