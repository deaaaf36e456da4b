import { setTimeout as pause } from 'node:timers/promises'
import type { NatsConnection } from 'nats'
import { CodedError } from '../contract/errors.ts'
import { ApiFailure, apiCodes, callApi } from './api.ts'
import type { StoredEntry } from './bus.ts'
import { statusOf } from './headers.ts'
import type { Link } from './link.ts'

/** What reading a stream needs of its bus. */
export interface StreamReader {
  readonly link: Link
  readonly inboxPrefix: string
  /** Whether this process may make consumers; a worker may not. */
  readonly makesConsumers: boolean
  readonly onMissingStream: () => void
  /**
   * The connection, once the streams stand: asked for an entry of a stream in the moment in which it is made,
   * nats-server 2.9 dies of a nil pointer.
   *
   * @throws CodedError `bus_unavailable` after `timeoutMs`.
   */
  readonly whenStanding: (timeoutMs: number) => Promise<NatsConnection>
}

const patienceMs = 5_000
const retryDelayMs = 150

/** The last entry of a subject from the stream's leader: a replica may not have heard of it yet. */
export const lastEntry = (
  reader: StreamReader,
  stream: string,
  subject: string,
): Promise<StoredEntry | undefined> => leaderGet(reader, stream, { last_by_subj: subject })

/** The first entry of a subject from sequence `from` on, from any replica, and where it has none from the leader. */
export async function nextEntry(
  reader: StreamReader,
  stream: string,
  query: { readonly subject: string; readonly from: number },
): Promise<StoredEntry | undefined> {
  const wanted = { seq: query.from, next_by_subj: query.subject }
  const direct = await directGet(reader.link, stream, wanted)
  return direct ?? leaderGet(reader, stream, wanted)
}

export async function holds(reader: StreamReader, stream: string, seq: number): Promise<boolean> {
  return (await leaderGet(reader, stream, { seq })) !== undefined
}

export async function purge(reader: StreamReader, stream: string, subject: string): Promise<void> {
  await persist(reader, (connection) => callApi(connection, `STREAM.PURGE.${stream}`, { filter: subject }))
}

export async function remove(reader: StreamReader, stream: string, seq: number): Promise<void> {
  try {
    await persist(reader, (connection) => callApi(connection, `STREAM.MSG.DELETE.${stream}`, { seq }))
  } catch (error) {
    if (await holds(reader, stream, seq)) throw error
  }
}

/**
 * Does a call again while the bus or the stream is away, for at most 5 s.
 *
 * @throws CodedError `bus_unavailable` then, or when JetStream refuses the call.
 */
export async function persist<Result>(
  reader: StreamReader,
  call: (connection: NatsConnection) => Promise<Result>,
): Promise<Result> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const connection = await reader.whenStanding(Math.max(1, deadline - performance.now()))
    try {
      return await call(connection)
    } catch (cause) {
      if (!mayPass(cause) || performance.now() >= deadline) throw asCoded(cause)
      if (cause.status === 503 || cause.code === apiCodes.streamNotFound) reader.onMissingStream()
    }
    await pause(retryDelayMs)
  }
}

function mayPass(error: unknown): error is ApiFailure {
  if (!(error instanceof ApiFailure)) return false
  return error.status === 503 || error.status === 408 || error.code === apiCodes.streamNotFound
}

const asCoded = (cause: unknown): CodedError =>
  new CodedError('bus_unavailable', cause instanceof Error ? cause.message : undefined, { cause })

interface LeaderAnswer {
  readonly message: { readonly seq: number; readonly data?: string; readonly time: string }
}

async function leaderGet(
  reader: StreamReader,
  stream: string,
  query: object,
): Promise<StoredEntry | undefined> {
  const answer = await persist(reader, (connection) =>
    callApi<LeaderAnswer>(connection, `STREAM.MSG.GET.${stream}`, query).catch((error: unknown) => {
      if (error instanceof ApiFailure && error.code === apiCodes.messageNotFound) return undefined
      throw error
    }),
  )
  if (answer === undefined) return undefined
  const { seq, data = '', time } = answer.message
  return { seq, body: Buffer.from(data, 'base64'), storedAtMs: Date.parse(time) }
}

async function directGet(link: Link, stream: string, query: object): Promise<StoredEntry | undefined> {
  try {
    const connection = await link.whenUp(patienceMs)
    const answer = await connection.request(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(query), {
      timeout: 1_000,
    })
    if (statusOf(answer) !== 0 || answer.headers === undefined) return undefined
    const seq = Number(answer.headers.get('Nats-Sequence'))
    return { seq, body: answer.data, storedAtMs: Date.parse(answer.headers.get('Nats-Time-Stamp')) }
  } catch {
    // The leader is asked next, and its trouble is the one to report.
    return undefined
  }
}
