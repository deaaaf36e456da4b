import { maxBusBytes } from './limits.ts'
import { truncate } from './text.ts'

/** Room for everything in a final that is not text, in bytes. */
const restBytes = 4 * 1024
const bytes = new TextEncoder()

/** Cuts a reply's text, and before that its thoughts, to what a final on the bus holds. */
export function fitFinalText(content: string, thoughts: string): { content: string; thoughts: string } {
  const kept = within(content, maxBusBytes - restBytes)
  return { content: kept, thoughts: within(thoughts, maxBusBytes - restBytes - byteLength(kept)) }
}

/** A code unit takes at most 3 bytes of UTF-8. */
const within = (text: string, mostBytes: number): string =>
  byteLength(text) <= mostBytes ? text : truncate(text, Math.floor(mostBytes / 3))

const byteLength = (text: string): number => bytes.encode(text).byteLength
