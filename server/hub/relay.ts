import { aheadFrame, entryFrame } from '../../bus/contract/codec.ts'
import { streams } from '../../bus/contract/streams.ts'
import { isAhead, requestOf, subjects } from '../../bus/contract/subjects.ts'
import type { Bus, BusMessage } from '../../bus/nats/bus.ts'
import { type Following, sendBytes } from './connection.ts'
import type { Person } from './people.ts'
import { bringTo, quietMs, type ReplyTail, tailOf } from './reply-tail.ts'

/** Once this many bytes wait for a reader, text ahead of a log would only stand before the entries that have it too. */
const aheadBufferBytes = 64 * 1024

/** Passes on what is heard of a person's replies. */
export function relay(bus: Bus, person: Person, message: BusMessage): void {
  if (isAhead(message.subject)) relayAhead(person, message.body)
  else relayEntry(bus, person, message)
}

/** Text ahead of a log comes at most once, so nothing is kept of it: who misses it has the entry soon after. */
function relayAhead({ connections }: Person, ahead: Uint8Array): void {
  const frame = aheadFrame(ahead)
  for (const connection of connections) {
    const { welcomed, socket } = connection
    if (welcomed && socket.bufferedAmount <= aheadBufferBytes) sendBytes(connection, frame)
  }
}

/**
 * Passes one entry on to a person's sockets, unread. The sequence before it tells whether one was missed; then the
 * log is read up to where live entries go on.
 *
 * Of a stream that was made anew entries may come before its epoch is known here. Under the old one they do no harm: what
 * is told of a text stands in the entries, so a reader takes them or finds a gap, and once the epoch is known the log is
 * passed on again from its beginning, of which it takes what it lacks.
 */
function relayEntry(bus: Bus, person: Person, message: BusMessage): void {
  const { sequence, previousSequence } = message
  const now = performance.now()
  const epoch = bus.epochOf(streams.log.name)
  const tail = tailOf(person, requestOf(message.subject), { epoch, seq: previousSequence }, now)
  bringTo(tail, epoch)
  tail.checkAtMs = now + quietMs
  tail.waitMs = quietMs
  if (sequence <= tail.seq) {
    // A log begins below what its tail has: another hub made the stream anew, perhaps, and nobody told this one.
    if (previousSequence === 0) void bus.lookAgain()
    return
  }
  if (tail.reading || previousSequence > tail.seq) {
    tail.newest = Math.max(tail.newest, sequence)
    if (!tail.reading) void catchUp(bus, tail)
    return
  }
  passOn(tail, sequence, message.body)
}

/**
 * Reads a reply's log from where its tail stands and passes that on, until the newest entry heard is reached. What is
 * heard meanwhile is not kept: the log has it. Where the stream is made anew meanwhile, it begins again with that one.
 * Never rejects: while the bus is away the tail stays where it is, and a later check goes on.
 *
 * @returns whether the log was read to its end.
 */
export async function catchUp(bus: Bus, tail: ReplyTail): Promise<boolean> {
  if (tail.reading) return true
  tail.reading = true
  try {
    do {
      bringTo(tail, bus.epochOf(streams.log.name))
      await readOn(bus, tail)
    } while (!isUpToDate(bus, tail) && isFollowed(tail))
    return true
  } catch {
    // The port promises CodedErrors, which all mean that the log cannot be read now: the next check tries again.
    return false
  } finally {
    tail.reading = false
  }
}

async function readOn(bus: Bus, tail: ReplyTail): Promise<void> {
  const { epoch, newest: wanted } = tail
  const isOver = () => bus.epochOf(streams.log.name) !== epoch || tail.epoch !== epoch
  const subject = subjects.stream(tail.person.user.id, tail.requestId)
  for await (const { seq, body } of bus.readEntries(streams.log.name, subject, tail.seq + 1)) {
    if (isOver()) return
    if (seq > tail.seq) passOn(tail, seq, body)
  }
  // What the log does not have any more is not waited for; that of another stream is not its end.
  if (!isOver()) tail.seq = Math.max(tail.seq, wanted)
}

const isUpToDate = (bus: Bus, { epoch, seq, newest }: ReplyTail): boolean =>
  epoch === bus.epochOf(streams.log.name) && newest <= seq

export const isFollowed = ({ person, requestId }: ReplyTail): boolean =>
  person.tails?.has(requestId) === true && person.connections.size > 0

function passOn(tail: ReplyTail, seq: number, entry: Uint8Array): void {
  const { epoch } = tail
  tail.seq = seq
  const frame = entryFrame(epoch, seq, entry)
  for (const connection of tail.person.connections) {
    if (!connection.welcomed) continue
    const following = connection.following?.get(tail.requestId)
    if (following === undefined || isNewTo(following, epoch, seq)) sendBytes(connection, frame)
  }
}

const isNewTo = (following: Following, epoch: number, seq: number): boolean =>
  !following.replaying && (following.epoch !== epoch || seq > following.seq)
