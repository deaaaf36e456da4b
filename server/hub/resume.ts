import { entryFrame } from '../../bus/contract/codec.ts'
import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { isOpenState } from '../../bus/contract/history.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { StoredEntry } from '../../bus/nats/bus.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import { type Connection, type Following, send, sendBytes } from './connection.ts'
import { bringTo, type Position, tailOf } from './reply-tail.ts'
import type { Leave } from './turnstile.ts'

/** Most replies one socket has replayed at once. */
const maxReplays = 64

/** Most replies this hub replays at once; the others wait for their turn, so that live entries are not held up. */
export const mostReplays = 32

/** A replay the bus or the store could not serve is tried again after this long, in milliseconds. */
const retryMs = 250

/** Once this many bytes wait for a slow reader, a replay waits for them to be gone. */
const replayBufferBytes = 256 * 1024

/**
 * Brings a socket to where a reply's log is, then leaves it to the live entries. It is always answered: `continued`,
 * `snapshot` or `lost` first, then the entries. While the bus or the store is away it waits for them; where the stream
 * is made anew meanwhile, it is answered again.
 *
 * @param from where the browser says it stands.
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
    const leave = await rooms.replays.enter(connection)
    try {
      // It may have gone while it waited; when a crowd's next hub dies too, most have.
      if (isOpen(connection)) await replay(rooms, connection, requestId, following, from, leave)
    } catch (error) {
      rooms.log.debug({ request_id: requestId, ...errorFields(error) }, 'A replay waits')
      const { epoch, seq } = following
      following.again ??= seq > 0 ? { epoch, seq } : from
      leave()
      await pause(retryMs)
    } finally {
      leave()
    }
  }
  following.replaying = false
}

/** One answer to one wish, and the entries that come with it. */
async function replay(
  rooms: Rooms,
  connection: Connection,
  requestId: string,
  following: Following,
  from: Position,
  leave: Leave,
) {
  const { bus } = rooms
  const { person } = connection
  const stream = streams.log.name
  const subject = subjects.stream(person.user.id, requestId)
  // Subscribe first, then read: what is stored after the reading began is then heard.
  await person.live.active
  if (bus.state !== 'connected') throw new CodedError('bus_unavailable')
  const epoch = bus.epochOf(stream)
  const continues = from.epoch === epoch && from.seq > 0 && (await bus.holds(stream, from.seq))
  Object.assign(following, { epoch, seq: continues ? from.seq : 0 })
  const outcome = continues ? 'continued' : await outcomeOf(rooms, person.user.id, requestId)
  send(connection, { type: 'chat.resumed', request_id: requestId, outcome })
  if (outcome === 'lost') {
    if (following.again === undefined) connection.following?.delete(requestId)
    return
  }
  for (let wanted = 0; ; ) {
    for await (const entry of bus.readEntries(stream, subject, following.seq + 1)) {
      if (!isOpen(connection)) return
      await pass(connection, following, entry, leave)
    }
    if (bus.epochOf(stream) !== epoch) throw new CodedError('bus_unavailable', 'The stream was made anew')
    // What the log does not have any more is not waited for.
    following.seq = Math.max(following.seq, wanted)
    const tail = tailOf(person, requestId, following, performance.now())
    bringTo(tail, epoch)
    wanted = Math.max(tail.seq, tail.newest)
    // Handed over to the live entries in the same turn in which they are not ahead.
    if (wanted <= following.seq) break
  }
  following.replaying = following.again !== undefined
}

async function pass(
  connection: Connection,
  following: Following,
  { seq, body }: StoredEntry,
  leave: Leave,
): Promise<void> {
  if (seq <= following.seq) return
  following.seq = seq
  sendBytes(connection, entryFrame(following.epoch, seq, body))
  // Nobody waits for a slow reader but the slow reader.
  if (connection.socket.bufferedAmount > replayBufferBytes) leave()
  while (isOpen(connection) && connection.socket.bufferedAmount > replayBufferBytes) await pause(10)
}

/** A log that begins at its beginning is a snapshot; an empty one too, as long as the request is open. */
async function outcomeOf(
  { bus, store }: Rooms,
  userId: string,
  requestId: string,
): Promise<'snapshot' | 'lost'> {
  for await (const entry of bus.readEntries(streams.log.name, subjects.stream(userId, requestId), 0))
    return isBeginning(entry) ? 'snapshot' : 'lost'
  const request = await store.requests.find(userId, requestId)
  return request !== undefined && isOpenState(request.state) ? 'snapshot' : 'lost'
}

/** Whether an entry can begin a reader at nothing; the log's older part may be past its age. */
function isBeginning({ body }: StoredEntry): boolean {
  const entry = decodeEntry(body)
  return entry?.type === 'start' && entry.offset === 0
}

const isOpen = ({ socket }: Connection) => socket.readyState === socket.OPEN

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
