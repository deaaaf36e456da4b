import type { ChatFinal } from '../../bus/contract/chat.ts'
import { encode } from '../../bus/contract/codec.ts'
import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import { errorCodes } from '../../bus/contract/errors.ts'
import { fitFinalText } from '../../bus/contract/final-text.ts'
import { randomToken } from '../../bus/contract/ids.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { newReader, type ReplyReader, readEntry } from '../../bus/contract/reply-reader.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Rooms } from '../house.ts'
import type { StoredRequest } from '../store/store.ts'

/**
 * Ends a cancelled reply in its worker's place, by the writer's rule: claims the log with what was last read of it,
 * keeps the text so far, writes `done`, then the final. Refused: someone wrote meanwhile, and the next round looks
 * again. A log that has ended without its final being stored gets its final again; where it has lost its beginning, which
 * is past its age, only if that is not on its way any more. Of a request that was cancelled before its publication was
 * noted there may be no log at all, and then there is none to end.
 */
export async function endCancelledLog(rooms: Rooms, row: StoredRequest): Promise<void> {
  const log = await readLog(rooms, row)
  if (row.state === 'cancelled' && log.lastSeq === 0) return
  if (!hasEnded(log) && !(await writeEnd(rooms, row, log))) return
  if (log.reader.end === undefined && (await hasFinal(rooms, row))) return
  await publishFinal(rooms, row, log)
}

const hasFinal = async ({ bus }: Rooms, { userId, requestId }: StoredRequest): Promise<boolean> =>
  (await bus.lastEntry(streams.finals.name, subjects.final(userId, requestId))) !== undefined

interface ReadLog {
  readonly reader: ReplyReader
  last: LogEntry | undefined
  lastSeq: number
  attempt: number
  backend: string
}

async function readLog({ bus }: Rooms, { userId, requestId }: StoredRequest): Promise<ReadLog> {
  const log: ReadLog = { reader: newReader(), last: undefined, lastSeq: 0, attempt: 0, backend: '' }
  for await (const { seq, body } of bus.readEntries(
    streams.log.name,
    subjects.stream(userId, requestId),
    0,
  )) {
    log.lastSeq = seq
    const entry = decodeEntry(body)
    log.last = entry
    if (entry === undefined) continue
    log.attempt = Math.max(log.attempt, entry.attempt)
    if (entry.type === 'start') log.backend = entry.backend
    readEntry(log.reader, entry)
  }
  return log
}

/** A reader that misses the beginning sees no end. */
const hasEnded = ({ reader, last }: ReadLog): boolean =>
  reader.end !== undefined || last?.type === 'done' || last?.type === 'error'

async function writeEnd({ bus }: Rooms, row: StoredRequest, log: ReadLog): Promise<boolean> {
  const subject = subjects.stream(row.userId, row.requestId)
  const owner = randomToken()
  const attempt = Math.max(log.attempt, row.attemptFloor) + 1
  const head = { request_id: row.requestId, attempt, owner }
  const { model, text } = log.reader
  const entries: LogEntry[] = [
    {
      type: 'start',
      ...head,
      n: 0,
      conversation_id: row.conversationId,
      offset: text.length,
      continues: log.attempt,
      model,
      backend: log.backend,
    },
    {
      type: 'done',
      ...head,
      n: 1,
      length: text.length,
      finish_reason: 'cancelled',
      usage: {},
      timings: { duration_ms: 0 },
    },
  ]
  let expectedLastSequence = log.lastSeq
  for (const entry of entries) {
    const published = await bus.publish(subject, encode(entry), {
      messageId: `${owner}.${entry.n}`,
      expectedLastSequence,
    })
    if (published.outcome === 'refused') return false
    expectedLastSequence = published.seq
    // The thoughts before the end are kept: a new attempt would drop them.
    const { thoughts } = log.reader
    readEntry(log.reader, entry)
    log.reader.thoughts = thoughts
  }
  return true
}

async function publishFinal({ bus }: Rooms, row: StoredRequest, log: ReadLog): Promise<void> {
  const { attempt, model, text, thoughts } = log.reader
  const final: ChatFinal = {
    request_id: row.requestId,
    user_id: row.userId,
    conversation_id: row.conversationId,
    attempt: Math.max(attempt, log.attempt),
    model,
    backend: log.backend,
    ...fitFinalText(text, thoughts),
    cues: [],
    ...outcomeOf(log.reader),
    timestamp: Date.now() / 1000,
  }
  await bus.publish(subjects.final(row.userId, row.requestId), encode(final), {
    messageId: `${row.requestId}.${log.reader.end?.owner ?? log.last?.owner}`,
  })
}

function outcomeOf({ end }: ReplyReader): Pick<ChatFinal, 'finish_reason' | 'error' | 'usage' | 'timings'> {
  if (end?.type === 'done')
    return { finish_reason: end.finish_reason, usage: end.usage, timings: end.timings }
  const { code, retryable, detail } = end ?? textLost
  return { error: { code, retryable, detail }, usage: {}, timings: { duration_ms: 0 } }
}

const textLost = {
  code: 'reply_failed',
  retryable: errorCodes.reply_failed.retryable,
  detail: 'The reply was written but its text was lost',
} as const
