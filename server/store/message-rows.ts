import type { FinishReason, Timings, Usage } from '../../bus/contract/chat.ts'
import type { RequestState } from '../../bus/contract/history.ts'
import type { Message } from './store.ts'

/** What is selected of a message, with its request joined to it where it has one. */
export const messageColumns = [
  'messages.id',
  'messages.parent_id',
  'messages.role',
  'messages.content',
  'messages.thoughts',
  'messages.model',
  'messages.finish_reason',
  'messages.error_json',
  'messages.usage_json',
  'messages.timings_json',
  'messages.created_at',
  'requests.state',
] as const

export interface MessageRow {
  id: string
  parent_id: string | null
  role: Message['role']
  content: string
  thoughts: string
  model: string | null
  finish_reason: FinishReason | null
  error_json: string | null
  usage_json: string
  timings_json: string | null
  created_at: number
  state: RequestState | null
}

export function toMessage(row: MessageRow, siblings: readonly string[]): Message {
  const usage: Usage = JSON.parse(row.usage_json)
  const error: Message['error'] = row.error_json === null ? null : JSON.parse(row.error_json)
  const timings: Timings | null = row.timings_json === null ? null : JSON.parse(row.timings_json)
  return {
    id: row.id,
    parentId: row.parent_id,
    role: row.role,
    content: row.content,
    thoughts: row.thoughts,
    model: row.model,
    state: row.state ?? endedState(row),
    finishReason: row.finish_reason,
    error,
    usage,
    timings,
    createdAt: row.created_at,
    siblings,
  }
}

/** An answer without a request was imported, when it had ended. */
function endedState({ role, error_json, finish_reason }: MessageRow): RequestState | null {
  if (role === 'user') return null
  if (error_json !== null) return 'failed'
  return finish_reason === 'cancelled' ? 'cancelled' : 'answered'
}
