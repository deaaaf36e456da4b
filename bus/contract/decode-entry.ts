import { checker } from './check.ts'
import { decode } from './codec.ts'
import { CodedError } from './errors.ts'
import { maxBusBytes, maxBusDepth, maxBusElements } from './limits.ts'
import { LogEntry } from './reply-log.ts'

const limits = { bytes: maxBusBytes, depth: maxBusDepth, elements: maxBusElements }
const entryShape = checker(LogEntry)

/**
 * One entry of a reply's log from its bytes; undefined for anything else. Whoever reads a log steps over what is none:
 * it stays there for up to an hour, and an error would end every try to go on with the reply, or to end it.
 */
export function decodeEntry(bytes: Uint8Array): LogEntry | undefined {
  try {
    const entry = decode(bytes, limits)
    return entryShape(entry) ? entry : undefined
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
