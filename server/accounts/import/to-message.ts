import type { FinishReason, Timings, Usage } from '../../../bus/contract/chat.ts'
import { isErrorCode } from '../../../bus/contract/errors.ts'
import { isOpenState } from '../../../bus/contract/history.ts'
import { maxModelNameLength } from '../../../bus/contract/limits.ts'
import { truncate } from '../../../bus/contract/text.ts'
import type { ImportedMessage } from '../../store/imports.ts'
import { cleaned, refused, textFrom, timeFrom } from './document-values.ts'
import type { DocumentMessage } from './export-document.ts'

/** Where a message is to stand. */
export interface MessagePlace {
  /** The new ids of its conversation's messages, by the old ones. */
  readonly ids: ReadonlyMap<string, string>
  /** What words for people call it. */
  readonly where: string
  /** Of what a person says, in UTF-16 code units. */
  readonly maxMessageLength: number
  readonly now: number
}

/** The most that `MAX_REPLY_LENGTH` can be in the house it comes from, in UTF-16 code units. */
const longestReply = 250_000

/** More of a backend's own words about a failure than a page shows, in UTF-16 code units. */
const longestDetail = 2_000

/** @throws CodedError `request_invalid` for what is too long, or has no place. */
export function toMessage(message: DocumentMessage, place: MessagePlace): ImportedMessage {
  const { ids, where, maxMessageLength } = place
  const isSaid = message.role === 'user'
  const id = ids.get(message.id)
  if (id === undefined) throw refused(`${where} has no place`)
  return {
    id,
    parentId: ids.get(message.parent_id ?? '') ?? null,
    role: message.role,
    content: textFrom(message.content, isSaid ? maxMessageLength : longestReply, `The text of ${where}`),
    thoughts: textFrom(message.thoughts, longestReply, `The thoughts of ${where}`),
    model: textFrom(message.model, maxModelNameLength, `The model of ${where}`) || null,
    finishReason: isSaid ? null : finishOf(message),
    error: isSaid ? null : errorOf(message),
    usage: usageOf(message),
    timings: timingsOf(message),
    createdAt: timeFrom(message.created_at, place),
  }
}

/** What was still to come when it was exported will not come here: it was stopped. */
function finishOf({ state, finish_reason, error, content }: DocumentMessage): FinishReason | null {
  const isOpen = state ? isOpenState(state) : !error && !finish_reason && content === ''
  return isOpen || state === 'cancelled' ? 'cancelled' : (finish_reason ?? null)
}

function errorOf({ error, state }: DocumentMessage): ImportedMessage['error'] {
  if (!error) return state === 'failed' ? { code: 'reply_failed', detail: '', retryable: true } : null
  const code = isErrorCode(error.code) ? error.code : 'reply_failed'
  return { code, detail: truncate(cleaned(error.detail), longestDetail), retryable: error.retryable }
}

/** Field by field: what else stands there may be anything. */
const usageOf = ({ usage: { prompt_tokens, completion_tokens } = {} }: DocumentMessage): Usage => ({
  ...(prompt_tokens !== undefined && { prompt_tokens }),
  ...(completion_tokens !== undefined && { completion_tokens }),
})

function timingsOf({ timings }: DocumentMessage): Timings | null {
  if (!timings) return null
  const { first_token_ms, duration_ms, tokens_per_second } = timings
  return {
    ...(first_token_ms !== undefined && { first_token_ms }),
    duration_ms,
    ...(tokens_per_second !== undefined && { tokens_per_second }),
  }
}
