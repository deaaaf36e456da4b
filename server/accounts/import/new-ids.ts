import { createHash } from 'node:crypto'
import type { DocumentConversation } from './export-document.ts'

/**
 * The id that a conversation of a file has here: the same each time the same person brings what is the same, so that a
 * file that comes twice is known, and another whenever anything in it was said since. Nobody can make a file whose ids
 * meet somebody else's.
 */
export const conversationIdFor = (userId: string, { id, messages }: DocumentConversation): string =>
  uuidFrom([userId, id, ...messages.flatMap((one) => [one.id, one.parent_id, one.role, one.content])])

export const messageIdFor = (conversationId: string, formerId: string): string =>
  uuidFrom([conversationId, formerId])

/** A UUID version 8 (RFC 9562, section 5.8): bits of a SHA-256. */
function uuidFrom(parts: readonly (string | null)[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16)
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return bytes.toString('hex').replace(/^(.{8})(....)(....)(....)/, '$1-$2-$3-$4-')
}
