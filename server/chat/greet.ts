import type { ChatAsked } from '../../bus/contract/chat.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxOpenRequestsPerUser } from '../../bus/contract/limits.ts'
import { errorFields } from '../../telemetry/logger.ts'
import { tokenQuotas } from '../accounts/limits/quotas.ts'
import type { Rooms } from '../house.ts'
import type { User } from '../store/store.ts'
import { publishLeaseMs, publishRequest } from './publish-request.ts'

/**
 * Has the companion open a conversation with somebody who came back, where the house is set so and one is due: its
 * request is in the store when this resolves. Never rejects, since nobody's way in depends on it; and while the bus is
 * away there is none, since hours later it would greet nobody.
 */
export async function greetWhoCameBack(rooms: Rooms, user: User): Promise<void> {
  if (rooms.config.greetAfterMs === 0 || rooms.bus.state !== 'connected') return
  try {
    await greet(rooms, user, Date.now())
  } catch (error) {
    rooms.log.warn({ user_id: user.id, ...errorFields(error) }, 'A greeting was not made')
  }
}

async function greet(rooms: Rooms, user: User, now: number): Promise<void> {
  const rules = await rooms.rules()
  const send = newGreeting(now)
  const greeting = await rooms.store.requests.greet({
    userId: user.id,
    send,
    now,
    awayMs: rooms.config.greetAfterMs,
    leaseUntil: now + publishLeaseMs,
    limits: { open: maxOpenRequestsPerUser, running: rules.concurrentReplies[user.role] },
    // It is no message of theirs, and takes none from what they may send.
    quotas: tokenQuotas(rules, user, now),
  })
  if (greeting?.outcome !== 'accepted') return
  const { attemptFloor, state, conversationId: conversation_id } = greeting
  if (state === 'ready') void publishRequest(rooms, { user, send, attemptFloor, createdAt: now })
  rooms.notify(user.id, { kind: 'message', conversation_id, request_id: send.request_id })
}

function newGreeting(now: number): ChatAsked {
  const request_id = uuidv7(now)
  const conversation_id = uuidv7(now)
  return { kind: 'greeting', request_id, conversation_id, message_id: request_id, parent_id: null }
}
