import type { ChatAsked } from '../../bus/contract/chat.ts'
import type { RequestRow } from './schema.ts'
import type { Role, StoredRequest, User } from './store.ts'
import { roleOf } from './user-rows.ts'

/** Of `requests` joined with its `users`. */
export const requestColumns = [
  'requests.user_id',
  'users.name as username',
  'users.kind',
  'users.role',
  'requests.request_id',
  'requests.conversation_id',
  'requests.state',
  'requests.send_json',
  'requests.attempt_floor',
  'requests.epoch',
  'requests.seq',
  'requests.cancel_requested_at',
  'requests.created_at',
  'requests.traceparent',
] as const

type Row = Pick<
  RequestRow,
  | 'user_id'
  | 'request_id'
  | 'conversation_id'
  | 'state'
  | 'send_json'
  | 'attempt_floor'
  | 'epoch'
  | 'seq'
  | 'cancel_requested_at'
  | 'created_at'
  | 'traceparent'
> & { username: string; kind: User['kind']; role: Role }

export function toStoredRequest(row: Row): StoredRequest {
  const send: ChatAsked = JSON.parse(row.send_json)
  return {
    userId: row.user_id,
    username: row.username,
    role: roleOf(row),
    requestId: row.request_id,
    conversationId: row.conversation_id,
    state: row.state,
    send,
    attemptFloor: row.attempt_floor,
    epoch: row.epoch,
    seq: row.seq,
    cancelRequestedAt: row.cancel_requested_at,
    createdAt: row.created_at,
    traceparent: row.traceparent,
  }
}
