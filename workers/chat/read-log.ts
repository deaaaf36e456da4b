import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import { newReader, type ReplyReader, readEntry } from '../../bus/contract/reply-reader.ts'
import { streams } from '../../bus/contract/streams.ts'
import type { Bus } from '../../bus/nats/bus.ts'

/** What a reply's log holds. */
export interface ReplyLog {
  readonly reader: ReplyReader
  /** Of the last attempt, which is whose text it is; empty where there is none. */
  readonly model: string
  readonly backend: string
  /** Starts at the end of the log after which the text never grew past what it had been before. */
  readonly barrenStarts: number
  /** In how many pieces the model said the text and thoughts there are: at least as many tokens. */
  readonly pieces: number
  /** When its first attempt began, and when the text there is did; in Unix milliseconds by the clock of the bus. */
  readonly begunAtMs: number | undefined
  readonly textBegunAtMs: number | undefined
}

/** Reads a reply's log from its first entry to its last. @throws CodedError `bus_unavailable`. */
export async function readLog(bus: Bus, subject: string): Promise<ReplyLog> {
  const reader = newReader()
  let model = ''
  let backend = ''
  let barrenStarts = 0
  let longest = 0
  let pieces = 0
  let begunAtMs: number | undefined
  let textBegunAtMs: number | undefined
  for await (const { body, storedAtMs } of bus.readEntries(streams.log.name, subject, 1)) {
    const entry = decodeEntry(body)
    if (entry === undefined) continue
    readEntry(reader, entry)
    if (entry.type === 'start') {
      model = entry.model
      backend = entry.backend
      barrenStarts += 1
      begunAtMs ??= storedAtMs
      if (entry.offset === 0) pieces = 0
    }
    if (entry.type === 'chunk' || entry.type === 'thought') pieces += entry.pieces ?? 1
    textBegunAtMs = reader.text === '' ? undefined : (textBegunAtMs ?? storedAtMs)
    if (reader.text.length > longest) {
      longest = reader.text.length
      barrenStarts = 0
    }
  }
  return { reader, model, backend, barrenStarts, pieces, begunAtMs, textBegunAtMs }
}
