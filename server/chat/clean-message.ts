import type { ChatSend } from '../../bus/contract/chat.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { wellFormed, withoutControls } from '../../bus/contract/text.ts'

/**
 * What a person sent, with its text as the wire wants it: well formed, without control characters.
 *
 * @throws CodedError `message_empty`, `message_too_long`, or `request_invalid` where a message is missing or too many.
 */
export function cleanMessage(send: ChatSend, maxLength: number): ChatSend {
  const { message, ...rest } = send
  if (send.kind === 'regenerate') {
    if (message !== undefined) throw new CodedError('request_invalid', 'To regenerate takes no message.')
    return rest
  }
  if (message === undefined) throw new CodedError('message_empty')
  // A message far past the limit is not worth cleaning; nothing is made longer by it except CR, which is at most halved.
  if (message.length > 2 * maxLength) throw tooLong(maxLength)
  const clean = withoutControls(wellFormed(message))
  if (clean.length > maxLength) throw tooLong(maxLength)
  if (clean.trim() === '') throw new CodedError('message_empty')
  return { ...rest, message: clean }
}

const tooLong = (maxLength: number) =>
  new CodedError('message_too_long', `A message may have at most ${maxLength} characters.`)
