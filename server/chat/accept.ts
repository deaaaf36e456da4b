import { SpanKind } from '@opentelemetry/api'
import type { ChatSend } from '../../bus/contract/chat.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import type { ChatAccepted } from '../../bus/contract/frames.ts'
import { maxOpenRequestsPerUser } from '../../bus/contract/limits.ts'
import { inSpan, traceparentNow } from '../../telemetry/span.ts'
import { spanNames } from '../../telemetry/span-names.ts'
import { messageQuotas } from '../accounts/limits/quotas.ts'
import type { Rooms } from '../house.ts'
import type { User } from '../store/store.ts'
import { cleanMessage } from './clean-message.ts'
import { publishLeaseMs, publishRequest } from './publish-request.ts'

/**
 * Accepts a message: it is in the store when this resolves, and will be answered once, whatever dies. Publishing it
 * goes on behind; where it fails, a sweep repeats it.
 *
 * @throws CodedError with the reason for the refusal; `store_unavailable` is worth another try.
 */
export const acceptChat = (rooms: Rooms, user: User, sent: ChatSend): Promise<ChatAccepted> =>
  inSpan({ name: spanNames.chatAccept, kind: SpanKind.SERVER }, () => accept(rooms, user, sent))

async function accept(rooms: Rooms, user: User, sent: ChatSend): Promise<ChatAccepted> {
  const send = cleanMessage(sent, rooms.config.maxMessageLength)
  const rules = await rooms.rules()
  const now = Date.now()
  // While the bus is away nobody holds the row, so the first sweep after its return publishes it.
  const publishNow = rooms.bus.state === 'connected'
  const accepted = await rooms.store.requests.accept({
    userId: user.id,
    send,
    now,
    leaseUntil: publishNow ? now + publishLeaseMs : now,
    limits: { open: maxOpenRequestsPerUser, running: rules.concurrentReplies[user.role] },
    quotas: messageQuotas(rules, user, now),
    traceparent: traceparentNow(),
  })
  if (accepted.outcome === 'refused') throw new CodedError(accepted.code, undefined, accepted)
  const { conversationId, messageId, attemptFloor, state } = accepted
  if (accepted.outcome === 'accepted') {
    if (state === 'ready' && publishNow)
      void publishRequest(rooms, { user, send, attemptFloor, createdAt: now })
    rooms.notify(user.id, { kind: 'message', conversation_id: conversationId, request_id: send.request_id })
  }
  return {
    type: 'chat.accepted',
    request_id: send.request_id,
    conversation_id: conversationId,
    message_id: messageId,
    state,
  }
}
