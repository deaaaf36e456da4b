import { encode } from './messagepack.ts'
import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxFrameBytes, maxMessageLength } from '../../bus/contract/limits.ts'
import { wellFormed, withoutControls } from '../../bus/contract/text.ts'
import { leafOf, type Room } from './room.ts'

/** What a request is about; the rest of its frame is the same for all. A message without a parent hangs at the leaf. */
export interface Asked {
  readonly kind: ChatSendFrame['kind']
  readonly message_id: string
  readonly parent_id?: string | null
  readonly message?: string
}

/** What one message may be: UTF-16 code units, and bytes of its frame. */
export interface Limits {
  readonly messageLength: number
  readonly frameBytes: number
}

/** Until the hub has said its own. */
export const limitsOf = (page: DOMStringMap): Limits => ({
  messageLength: Number(page.maxMessageLength) || maxMessageLength,
  frameBytes: maxFrameBytes,
})

/** A text as the hub would clean it, without blank space around it. */
export const cleaned = (text: string): string => withoutControls(wellFormed(text)).trim()

export function frameOf(room: Room, asked: Asked): ChatSendFrame {
  const model = document.querySelector<HTMLInputElement>('#model-id')?.value
  return {
    type: 'chat.send',
    request_id: uuidv7(),
    conversation_id: room.conversationId,
    parent_id: leafOf(room),
    ...asked,
    ...(model && { model }),
  }
}

/** @returns in words for people, why the hub would not take this frame. */
export function flawOf(frame: ChatSendFrame, limits: Limits): string | undefined {
  const { length } = frame.message ?? ''
  if (length > limits.messageLength)
    return `This is too long to send: ${length.toLocaleString()} characters where ${limits.messageLength.toLocaleString()} fit.`
  if (encode(frame).byteLength > limits.frameBytes) return 'This is too large to send.'
  return undefined
}

/** The first message of a new conversation makes it one. @returns whether it was the first. */
export function begin({ chat, conversationId }: Room): boolean {
  if (chat.dataset.new !== 'true') return false
  chat.dataset.new = 'false'
  // The mark lets HTMX restore this entry on back and forward.
  history.replaceState({ htmx: true }, '', `/c/${conversationId}`)
  return true
}

/** The hub has the first message of a conversation, so it can be asked about it. */
export function tellBegun(conversationId: string): void {
  const detail = { id: conversationId, isNew: true }
  document.body.dispatchEvent(new CustomEvent('companions:conversation', { detail }))
}
