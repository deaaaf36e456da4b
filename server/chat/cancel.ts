import { encode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import { renderedReplies } from '../pages/rendered-replies.ts'
import type { StoredRequest } from '../store/store.ts'
import { endCancelledLog } from './end-cancelled-log.ts'

/** A worker has this long to end its reply before the hub ends it, in milliseconds (PROTOCOL section 3, cancel). */
const cancelGraceMs = 2_000
const batch = 64
/** Logs ended side by side: one that does not let itself be ended takes seconds. */
const mostEndedAtOnce = 8

/**
 * Cancels a request. What is written stays; after the end it has no effect, unless the answer was read to the person,
 * who heard it up to `heardOffset` and interrupted: no more of it is kept then.
 *
 * @returns whether other requests became `ready` by it.
 * @throws CodedError `not_found`.
 */
export async function cancelChat(
  rooms: Rooms,
  userId: string,
  requestId: string,
  heardOffset?: number,
): Promise<boolean> {
  const cancelled = await rooms.store.requests.cancel(userId, requestId, Date.now(), heardOffset)
  switch (cancelled.outcome) {
    case 'not_found':
      throw new CodedError('not_found')
    case 'over':
      return false
    case 'requested':
      publishCancel(rooms, userId, requestId)
      return false
    case 'cut':
      renderedReplies.forget(cancelled.conversationId)
      tellStored(rooms, userId, { requestId, conversationId: cancelled.conversationId })
      return false
    case 'ended':
      // A hub may be publishing it at this moment, and a worker that has asked for its history before would go on.
      publishCancel(rooms, userId, requestId)
      tellStored(rooms, userId, { requestId, conversationId: cancelled.conversationId })
      return cancelled.readied.length > 0
  }
}

/** Says committed cancellations again, since what workers hear of them comes at most once. */
export async function repeatCancels(rooms: Rooms): Promise<void> {
  if (rooms.bus.state !== 'connected') return
  for (const { userId, requestId } of await rooms.store.requests.cancelling(batch))
    publishCancel(rooms, userId, requestId)
}

/** Ends the logs of cancelled replies that no worker ended in time. */
export async function endOverdueCancels(rooms: Rooms): Promise<void> {
  if (rooms.bus.state !== 'connected') return
  const overdue = (await rooms.store.requests.cancelling(batch)).filter(isOverdue).values()
  const endNext = async () => {
    for (const row of overdue) await endOverdue(rooms, row)
  }
  await Promise.all(Array.from({ length: mostEndedAtOnce }, endNext))
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

function tellStored(
  rooms: Rooms,
  userId: string,
  { requestId, conversationId }: { requestId: string; conversationId: string },
): void {
  rooms.notify(userId, { kind: 'stored', conversation_id: conversationId, request_id: requestId })
}

function publishCancel({ bus }: Rooms, userId: string, requestId: string): void {
  const cancel = { request_id: requestId, user_id: userId, timestamp: Date.now() / 1000 }
  bus.send(subjects.cancel(userId), encode(cancel))
}
