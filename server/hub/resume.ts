import { decode, entryFrame } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import type { ChatResumed } from '../../bus/contract/frames.ts'
import { maxBusBytes, maxBusDepth, maxBusElements } from '../../bus/contract/limits.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { StoredEntry } from '../../bus/nats/bus.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import { type Connection, type Following, send, sendBytes } from './connection.ts'
import { tailOf } from './reply-tail.ts'

/** Where a browser says it stands in a reply; epoch 0 and sequence 0: it has nothing. */
export interface Position {
  readonly epoch: number
  readonly seq: number
}

/** Most replies one socket has replayed at once. */
const maxReplays = 64

/** A replay the bus or the store could not serve is tried again after this long, in milliseconds. */
const retryMs = 250

/** Once this many bytes wait for a slow reader, a replay waits for them to be gone. */
const replayBufferBytes = 256 * 1024

/**
 * Brings a socket to where a reply's log is, then leaves it to the live entries. It is always answered: `continued`,
 * `snapshot` or `lost` first, then the entries. While the bus or the store is away it waits for them.
 *
 * @throws CodedError `rate_limited` past the bound of replays.
 */
export function resumeReply(rooms: Rooms, connection: Connection, requestId: string, from: Position): void {
  connection.following ??= new Map()
  const present = connection.following.get(requestId)
  if (present?.replaying) {
    present.again = from
    return
  }
  if (connection.following.size >= maxReplays) throw new CodedError('rate_limited')
  const following: Following = { epoch: 0, seq: 0, replaying: true, again: from }
  connection.following.set(requestId, following)
  void replayUntilDone(rooms, connection, requestId, following)
}

async function replayUntilDone(
  rooms: Rooms,
  connection: Connection,
  requestId: string,
  following: Following,
) {
  while (following.again !== undefined && isOpen(connection)) {
    const from = following.again
    following.again = undefined
    try {
      await replay(rooms, connection, requestId, following, from)
    } catch (error) {
      rooms.log.debug({ request_id: requestId, ...errorFields(error) }, 'A replay waits')
      const { epoch, seq } = following
      following.again ??= seq > 0 ? { epoch, seq } : from
      await pause(retryMs)
    }
  }
  following.replaying = false
}

async function replay(
  { bus, store }: Rooms,
  connection: Connection,
  requestId: string,
  following: Following,
  from: Position,
): Promise<void> {
  const { person } = connection
  const subject = subjects.stream(person.user.id, requestId)
  // Subscribe first, then read: what is stored after the reading began is then heard.
  await person.live.active
  if (bus.state !== 'connected') throw new CodedError('bus_unavailable')
  const epoch = bus.epochOf(streams.log.name)
  const continues = from.epoch === epoch && from.seq > 0 && (await bus.holds(streams.log.name, from.seq))
  const entries = bus
    .readEntries(streams.log.name, subject, continues ? from.seq + 1 : 0)
    [Symbol.asyncIterator]()
  const first = await entries.next()
  const outcome = continues ? 'continued' : await outcomeOf(first.done ? undefined : first.value)
  answer(outcome)
  if (outcome === 'lost') {
    await entries.return?.()
    connection.following?.delete(requestId)
    return
  }
  Object.assign(following, { epoch, seq: continues ? from.seq : 0 })
  for (let next = first; !next.done && isOpen(connection); next = await entries.next()) await pass(next.value)
  await follow()

  function answer(outcome: ChatResumed['outcome']): void {
    send(connection, { type: 'chat.resumed', request_id: requestId, outcome })
  }

  /** A log that begins at its beginning is a snapshot; an empty one too, as long as the request is open. */
  async function outcomeOf(entry: StoredEntry | undefined): Promise<'snapshot' | 'lost'> {
    if (entry !== undefined) return isBeginning(entry) ? 'snapshot' : 'lost'
    const request = await store.requests.find(person.user.id, requestId)
    const open = request?.state === 'waiting' || request?.state === 'ready' || request?.state === 'published'
    return open ? 'snapshot' : 'lost'
  }

  async function pass({ seq, body }: StoredEntry): Promise<void> {
    if (seq <= following.seq) return
    following.seq = seq
    sendBytes(connection, entryFrame(epoch, seq, body))
    while (isOpen(connection) && connection.socket.bufferedAmount > replayBufferBytes) await pause(10)
  }

  /** Reads on until the live entries were not ahead of it, then hands over to them in the same turn. */
  async function follow(): Promise<void> {
    for (;;) {
      const tail = tailOf(person, requestId, following.seq, Date.now())
      const live = Math.max(tail.seq, tail.newest)
      if (live <= following.seq || !isOpen(connection)) {
        following.replaying = following.again !== undefined
        return
      }
      for await (const entry of bus.readEntries(streams.log.name, subject, following.seq + 1))
        await pass(entry)
      following.seq = Math.max(following.seq, live)
    }
  }
}

const limits = { bytes: maxBusBytes, depth: maxBusDepth, elements: maxBusElements }

/** Whether an entry can begin a reader at nothing; the log's older part may be past its age. */
function isBeginning({ body }: StoredEntry): boolean {
  const entry = decode(body, limits) as { type?: unknown; offset?: unknown }
  return entry.type === 'start' && entry.offset === 0
}

const isOpen = ({ socket }: Connection) => socket.readyState === socket.OPEN

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
