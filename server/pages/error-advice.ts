import type { ErrorCode } from '../../bus/contract/errors.ts'
import { errorCodes, isErrorCode } from '../../bus/contract/errors.ts'

/** What a person reads when something failed: what it was, and what can be done. */
export interface ErrorWords {
  readonly title: string
  readonly advice: string
}

/** The words for one of our error codes; a code from elsewhere reads as `internal`. */
export function errorWords(code: string): ErrorWords {
  const known: ErrorCode = isErrorCode(code) ? code : 'internal'
  const facts = errorCodes[known]
  return { title: facts.title, advice: advice[known] ?? (facts.retryable ? 'Try again in a moment.' : '') }
}

const advice: Partial<Record<ErrorCode, string>> = {
  not_signed_in: 'Open the page anew to get in.',
  not_allowed: 'Ask whoever runs this house.',
  not_found: 'It may have been deleted, or it belongs to somebody else.',
  message_empty: 'Write something first.',
  message_too_long: 'Shorten it, or send it in parts.',
  rate_limited: 'Wait a moment, then send it again.',
  queue_full: 'Let some of them finish first.',
  backend_unavailable: 'See that the model server runs, then try again.',
  backend_failed: 'Try again; if it keeps failing, choose another model.',
  backend_stalled: 'It may be short of memory. Try again, or choose a smaller model.',
  backend_malformed: 'Try again; if it stays so, choose another model.',
  backend_refused: 'Choose another model, or shorten the conversation.',
  model_not_found: 'Choose another model above, or install this one.',
  reply_failed: 'Try again.',
  store_unavailable: 'Nothing was lost. Try again in a moment.',
  bus_unavailable: 'Nothing was lost. Try again in a moment.',
}
