import type { Msg, NatsConnection } from 'nats'
import { CodedError } from '../contract/errors.ts'
import { callApi } from './api.ts'
import type { StoredEntry } from './bus.ts'
import { readDeliveryInfo } from './delivery-info.ts'
import { startPull } from './pull.ts'
import { lastEntry, nextEntry, persist, type StreamReader } from './stored-entries.ts'

export interface EntryRange {
  readonly stream: string
  readonly subject: string
  readonly from: number
}

/** A short tail is cheapest entry by entry (3 to 7 ms for 20); past this a consumer is ten times as fast. */
const maxSingleGets = 16
const batch = 256
const maxConsumers = 8
/** How many stretches of a log are read side by side by who may make no consumer. */
const lanes = 16

/**
 * The entries of a subject from sequence `from` on, in order, up to the last one the stream's leader held when the
 * reading began. What is purged meanwhile is left out.
 *
 * @throws CodedError `bus_unavailable`
 */
export async function* readEntries(reader: StreamReader, range: EntryRange): AsyncGenerator<StoredEntry> {
  const last = await lastEntry(reader, range.stream, range.subject)
  if (last === undefined || last.seq < range.from) return
  let from = range.from
  for (let count = 0; count < maxSingleGets; count += 1) {
    const entry = await nextEntry(reader, range.stream, { subject: range.subject, from })
    if (entry === undefined || entry.seq > last.seq) return
    yield entry
    if (entry.seq === last.seq) return
    from = entry.seq + 1
  }
  const rest = { ...range, from }
  if (reader.makesConsumers) yield* readThroughConsumers(reader, rest, last.seq)
  else yield* readInLanes(reader, rest, last.seq)
}

/**
 * Entry by entry, in several stretches of sequences at once: whoever makes a consumer may let it deliver to any subject,
 * in the server's name, so workers may make none.
 */
async function* readInLanes(
  reader: StreamReader,
  { stream, subject, from }: EntryRange,
  until: number,
): AsyncGenerator<StoredEntry> {
  const width = Math.ceil((until - from + 1) / lanes)
  const starts = Array.from({ length: lanes }, (_, lane) => from + lane * width)
  const readLane = async (start: number): Promise<StoredEntry[]> => {
    const end = Math.min(start + width - 1, until)
    const entries: StoredEntry[] = []
    for (let next = start; next <= end; ) {
      const entry = await nextEntry(reader, stream, { subject, from: next })
      if (entry === undefined || entry.seq > end) break
      entries.push(entry)
      next = entry.seq + 1
    }
    return entries
  }
  for (const entries of await Promise.all(starts.map(readLane))) yield* entries
}

/** A consumer that is lost half-way is followed by another from where it stood. */
async function* readThroughConsumers(
  reader: StreamReader,
  range: EntryRange,
  until: number,
): AsyncGenerator<StoredEntry> {
  let { from } = range
  for (let count = 0; count < maxConsumers; count += 1) {
    for await (const entry of readThroughConsumer(reader, { ...range, from }, until)) {
      yield entry
      if (entry.seq >= until) return
      from = entry.seq + 1
    }
    const next = await nextEntry(reader, range.stream, { subject: range.subject, from })
    if (next === undefined || next.seq > until) return
  }
  throw new CodedError('bus_unavailable', 'The log could not be read to its end')
}

/** One ephemeral consumer, read in batches until it is lost or has nothing more up to `until`. */
async function* readThroughConsumer(
  reader: StreamReader,
  range: EntryRange,
  until: number,
): AsyncGenerator<StoredEntry> {
  const consumer = await persist(reader, (connection) => createConsumer(connection, range))
  try {
    for (let consumerSeq = 0; ; ) {
      const connection = await reader.link.whenUp(1_000)
      const entries = await pullBatch(connection, { reader, range, consumer, until, consumerSeq })
      yield* entries
      consumerSeq += entries.length
      if (entries.length < batch || (entries.at(-1)?.seq ?? until) >= until) return
    }
  } finally {
    const path = `CONSUMER.DELETE.${range.stream}.${consumer}`
    const { up } = reader.link
    // Best effort: without it the server forgets the consumer by itself.
    if (up !== undefined) void callApi(up, path).catch(() => undefined)
  }
}

async function createConsumer(connection: NatsConnection, range: EntryRange): Promise<string> {
  const answer = await callApi<{ name: string }>(connection, `CONSUMER.CREATE.${range.stream}`, {
    stream_name: range.stream,
    config: {
      ack_policy: 'none',
      deliver_policy: 'by_start_sequence',
      opt_start_seq: range.from,
      filter_subject: range.subject,
      inactive_threshold: 10e9,
      mem_storage: true,
      num_replicas: 1,
      replay_policy: 'instant',
    },
  })
  return answer.name
}

interface BatchOptions {
  readonly reader: StreamReader
  readonly range: EntryRange
  readonly consumer: string
  readonly until: number
  /** How many the consumer has delivered before. */
  readonly consumerSeq: number
}

/** Resolves with what came in unbroken order: a whole batch, all up to `until`, or what there was. */
function pullBatch(connection: NatsConnection, options: BatchOptions): Promise<StoredEntry[]> {
  const { reader, range, consumer, until } = options
  const entries: StoredEntry[] = []
  return new Promise((resolve) => {
    const finish = (): void => {
      pull.cancel()
      stopListening()
      resolve(entries)
    }
    const onMessage = (message: Msg): void => {
      const { seq, consumerSeq, storedAtMs } = readDeliveryInfo(message.reply ?? '')
      const inOrder = consumerSeq === options.consumerSeq + entries.length + 1
      if (inOrder && seq <= until) entries.push({ seq, body: message.data, storedAtMs })
      if (!inOrder || seq >= until) finish()
    }
    const { stream } = range
    const { inboxPrefix } = reader
    const pull = startPull(connection, { stream, consumer, batch, inboxPrefix, onMessage, onEnd: finish })
    const stopListening = reader.link.onDown(finish)
  })
}
