import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'

/** What a browser keeps for an origin, with its end: `fits` code units in all. */
export class MemoryStorage {
  readonly values = new Map<string, string>()
  fits = Infinity

  getItem(key: string): string | null {
    return this.values.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    if (value.length > this.fits) throw new DOMException('It is full', 'QuotaExceededError')
    this.values.set(key, value)
  }

  removeItem(key: string): void {
    this.values.delete(key)
  }
}

/** A message as a page asks for it; what is not given is new. */
export const sendFrame = (given: Partial<ChatSendFrame> = {}): ChatSendFrame => ({
  type: 'chat.send',
  kind: 'send',
  request_id: uuidv7(),
  conversation_id: uuidv7(),
  message_id: uuidv7(),
  parent_id: null,
  message: 'Hello',
  ...given,
})

/** Messages of one conversation, each under the answer to the one before. */
export function conversationOf(...messages: string[]): ChatSendFrame[] {
  const conversation_id = uuidv7()
  let parent_id: string | null = null
  return messages.map((message) => {
    const frame: ChatSendFrame = sendFrame({ conversation_id, parent_id, message })
    parent_id = frame.request_id
    return frame
  })
}
