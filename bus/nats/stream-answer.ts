import { CodedError } from '../contract/errors.ts'
import { type ApiError, apiCodes } from './api.ts'
import type { Published } from './bus.ts'

interface Acknowledgement {
  readonly seq?: number
  readonly duplicate?: boolean
  readonly error?: ApiError
}

const utf8 = new TextDecoder()

/** What a stream's answer means; a text is a trouble that passes, so the same bytes go out again. */
export function readAnswer(data: Uint8Array): Published | CodedError | string {
  let answer: Acknowledgement
  try {
    answer = JSON.parse(utf8.decode(data)) as Acknowledgement
  } catch {
    return 'The answer was not readable'
  }
  const { error, seq } = answer
  if (error === undefined && seq !== undefined)
    return { outcome: 'stored', seq, duplicate: answer.duplicate === true }
  if (error === undefined) return 'The answer names no sequence'
  const code = error.err_code ?? 0
  if (code === apiCodes.wrongLastSequence || code === apiCodes.wrongLastSequenceConstant)
    return { outcome: 'refused' }
  const detail = `${error.description} (${code})`
  return error.code === 503 || code === apiCodes.duplicateUnderWay
    ? detail
    : new CodedError('bus_unavailable', detail)
}
