import { createHash } from 'node:crypto'
import type { ChatAsked } from '../../bus/contract/chat.ts'

/** SHA-256, in hexadecimal, of everything that was sent, whatever the order of its keys. */
export const contentHash = (send: ChatAsked): string =>
  createHash('sha256').update(JSON.stringify(send, sortKeys)).digest('hex')

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
}
