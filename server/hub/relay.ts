import { entryFrame } from '../../bus/contract/codec.ts'
import { streams } from '../../bus/contract/streams.ts'
import { requestOf, subjects } from '../../bus/contract/subjects.ts'
import type { Bus, BusMessage } from '../../bus/nats/bus.ts'
import { sendBytes } from './connection.ts'
import type { Person } from './people.ts'
import { quietMs, type ReplyTail, tailOf } from './reply-tail.ts'

/**
 * Passes one entry on to a person's sockets, unread. The sequence before it tells whether one was missed; then the
 * log is read up to where live entries go on.
 */
export function relayEntry(bus: Bus, person: Person, message: BusMessage): void {
  const { sequence, previousSequence } = message
  const now = performance.now()
  const tail = tailOf(person, requestOf(message.subject), previousSequence, now)
  tail.checkAtMs = now + quietMs
  tail.waitMs = quietMs
  if (sequence <= tail.seq) return
  if (tail.reading || previousSequence > tail.seq) {
    tail.newest = Math.max(tail.newest, sequence)
    if (!tail.reading) void catchUp(bus, tail)
    return
  }
  passOn(bus, tail, sequence, message.body)
}

/**
 * Reads a reply's log from where its tail stands and passes that on, until the newest entry heard is reached. What is
 * heard meanwhile is not kept: the log has it. Never rejects: while the bus is away the tail stays where it is, and a
 * later check goes on.
 *
 * @returns whether the log was read to its end.
 */
export async function catchUp(bus: Bus, tail: ReplyTail): Promise<boolean> {
  if (tail.reading) return true
  tail.reading = true
  const subject = subjects.stream(tail.person.user.id, tail.requestId)
  try {
    do {
      const wanted = tail.newest
      for await (const { seq, body } of bus.readEntries(streams.log.name, subject, tail.seq + 1))
        if (seq > tail.seq) passOn(bus, tail, seq, body)
      // What the log does not have any more is not waited for.
      tail.seq = Math.max(tail.seq, wanted)
    } while (tail.newest > tail.seq && isFollowed(tail))
    return true
  } catch {
    // The port promises CodedErrors, which all mean that the log cannot be read now: the next check tries again.
    return false
  } finally {
    tail.reading = false
  }
}

export const isFollowed = ({ person, requestId }: ReplyTail): boolean =>
  person.tails?.has(requestId) === true && person.connections.size > 0

function passOn(bus: Bus, tail: ReplyTail, seq: number, entry: Uint8Array): void {
  tail.seq = seq
  const frame = entryFrame(bus.epochOf(streams.log.name), seq, entry)
  for (const connection of tail.person.connections) {
    if (!connection.welcomed) continue
    const following = connection.following?.get(tail.requestId)
    if (following === undefined || (!following.replaying && seq > following.seq)) sendBytes(connection, frame)
  }
}
