import { encode } from '../../bus/contract/codec.ts'
import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { streams } from '../../bus/contract/streams.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { pauseUnlessAborted } from '../runtime/pause.ts'
import { persist } from '../runtime/persist.ts'

/** How long the bus may be away before a writer gives its reply up; by then others write it. In milliseconds. */
export const busPatienceMs = 120_000

/** Reads of the last entry between two publications, and the pause between them in milliseconds. */
const readsPerRound = 20
const readPauseMs = 50
/** Most publications of one entry that may be refused without anything else in the log. */
const maxRounds = 10

/**
 * Appends one entry to a reply's log after the entry with sequence `expected` (0: none), whatever the bus goes through
 * meanwhile (PROTOCOL section 4, writer's rules 4 and 5).
 *
 * @returns the entry's sequence, or undefined where the log is somebody else's now: then nothing more may be published.
 * @throws CodedError `bus_unavailable` when the bus stays away.
 */
export async function putEntry(
  bus: Bus,
  subject: string,
  entry: LogEntry,
  expected: number,
): Promise<number | undefined> {
  const body = encode(entry)
  const options = { messageId: `${entry.owner}.${entry.n}`, expectedLastSequence: expected }
  for (let round = 0; round < maxRounds; round += 1) {
    const published = await persist(busPatienceMs, () => bus.publish(subject, body, options))
    if (published.outcome === 'stored') return published.seq
    const found = await findOwn(bus, subject, entry)
    if (found !== 'older') return found
  }
  return undefined
}

/**
 * What a refusal meant: the entry's own sequence where it is the last one after all, `older` where an earlier entry of
 * this writer stays the last, undefined where the last is another's or there is none.
 */
async function findOwn(bus: Bus, subject: string, entry: LogEntry): Promise<number | 'older' | undefined> {
  for (let read = 0; read < readsPerRound; read += 1) {
    const last = await persist(busPatienceMs, () => bus.lastEntry(streams.log.name, subject))
    const standing = last && decodeEntry(last.body)
    if (last === undefined || standing?.owner !== entry.owner || standing.n > entry.n) return undefined
    if (standing.n === entry.n) return last.seq
    await pauseUnlessAborted(readPauseMs)
  }
  return 'older'
}
