import type { ChatAsked, ChatRequest } from '../../bus/contract/chat.ts'
import { encode } from '../../bus/contract/codec.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { errorFields } from '../../telemetry/logger.ts'
import { isPremium } from '../accounts/permissions.ts'
import type { Rooms } from '../house.ts'
import type { StoredRequest, User } from '../store/store.ts'
import { cancelChat } from './cancel.ts'

/** A hub that took a `ready` row has this long to publish it, in milliseconds; then the next sweep may. */
export const publishLeaseMs = 10_000

/** Shorter than the lease, so that the lease's end finds nobody still at it. */
const publishTimeoutMs = 8_000

export interface RequestToPublish {
  readonly user: Pick<User, 'id' | 'name' | 'role'>
  readonly send: ChatAsked
  readonly attemptFloor: number
  readonly createdAt: number
}

/**
 * Puts a `ready` request on the connected bus and notes where it is. Never rejects: what fails is published by a later sweep,
 * and the message id makes the repeat one message.
 */
export async function publishRequest(rooms: Rooms, request: RequestToPublish): Promise<void> {
  const { bus, store, log } = rooms
  const { user, send, attemptFloor } = request
  const fields = { user_id: user.id, request_id: send.request_id }
  try {
    // Should the stream be made anew meanwhile, the older epoch is noted, and the request is published again.
    const epoch = bus.epochOf(streams.chat.name)
    const published = await bus.publish(subjectOf(request), encode(requestMessage(request)), {
      messageId: `${user.id}.${send.request_id}.${attemptFloor}`,
      timeoutMs: publishTimeoutMs,
    })
    if (published.outcome === 'refused') return log.error(fields, 'A request is refused by its stream')
    await store.requests.markPublished(user.id, send.request_id, {
      epoch,
      seq: published.seq,
      now: Date.now(),
    })
    log.debug({ ...fields, seq: published.seq }, 'A request is published')
  } catch (error) {
    log.warn({ ...fields, ...errorFields(error) }, 'A request is not published yet')
    if (send.kind === 'greeting') await giveUp(rooms, user.id, send.request_id)
  }
}

/** Nobody asked for a greeting, so it takes nobody's room while the bus does not take it. */
const giveUp = (rooms: Rooms, userId: string, requestId: string): Promise<unknown> =>
  cancelChat(rooms, userId, requestId).catch((error: unknown) =>
    rooms.log.warn({ request_id: requestId, ...errorFields(error) }, 'A greeting is not given up yet'),
  )

const subjectOf = ({ user, send }: RequestToPublish): string =>
  send.kind === 'greeting' ? subjects.greeting(user.id, send.request_id) : subjects.message(user.id)

/** What the store keeps of a request, as it is published. */
export const fromStored = (row: StoredRequest): RequestToPublish => ({
  user: { id: row.userId, name: row.username, role: row.role },
  send: row.send,
  attemptFloor: row.attemptFloor,
  createdAt: row.createdAt,
})

/**
 * The text stays in the store: a worker asks for it with the history, so a repeat from the store has the same bytes,
 * and a deleted message is nowhere else.
 */
function requestMessage({ user, send, attemptFloor, createdAt }: RequestToPublish): ChatRequest {
  const { message: _inTheStore, ...rest } = send
  return {
    ...rest,
    user_id: user.id,
    username: user.name,
    premium: isPremium(user),
    attempt_floor: attemptFloor,
    timestamp: createdAt / 1000,
  }
}
