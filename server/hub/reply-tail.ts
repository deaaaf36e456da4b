import type { Person } from './people.ts'

/** How far this hub has passed a reply's log on to a person's sockets. */
export interface ReplyTail {
  readonly person: Person
  readonly requestId: string
  /** The stream that the sequences are of; 0 while nothing is known of them. */
  epoch: number
  /** The last sequence passed on. */
  seq: number
  /** The newest sequence heard while the log is being read; the reading goes on until it has that. */
  newest: number
  reading: boolean
  /** When the log is looked at although nothing was heard, by `performance.now()`, and how long it waits next time. */
  checkAtMs: number
  waitMs: number
}

/** A place in a reply's log; epoch 0 and sequence 0: before its first entry, in whatever stream. */
export interface Position {
  readonly epoch: number
  readonly seq: number
}

export const beforeAll: Position = { epoch: 0, seq: 0 }

/** A reply quiet for this long is looked up, since live entries come at most once; in milliseconds. */
export const quietMs = 2_000
/** One that stays quiet is looked up ever more rarely, down to this. */
export const longestQuietMs = 30_000

/** Most replies followed for one person; more are running for nobody. */
const maxTails = 64

/**
 * The tail of a reply, made where there is none: everything up to `seq` is then taken as passed on. Past the bound the
 * oldest tail is dropped.
 *
 * @param epoch of the stream that `seq` is of; for 0, which is in every stream, it does not matter.
 */
export function tailOf(
  person: Person,
  requestId: string,
  { epoch, seq }: Position,
  nowMs: number,
): ReplyTail {
  person.tails ??= new Map()
  const present = person.tails.get(requestId)
  if (present !== undefined) return present
  const [oldest] = person.tails.keys()
  if (person.tails.size >= maxTails && oldest !== undefined) dropTail(person, oldest)
  const tail: ReplyTail = {
    person,
    requestId,
    epoch,
    seq,
    newest: 0,
    reading: false,
    checkAtMs: nowMs + quietMs,
    waitMs: quietMs,
  }
  person.tails.set(requestId, tail)
  return tail
}

/** Where the stream was made anew, nothing of it was passed on yet, whatever was of the one before. */
export function bringTo(tail: ReplyTail, epoch: number): void {
  if (tail.epoch !== epoch) Object.assign(tail, { epoch, seq: 0, newest: 0 })
}

/**
 * Forgets a reply that has ended, here and on the person's sockets. While one of them still replays it, the tail stays:
 * it tells the replay how far the live entries went meanwhile. A later check drops it then.
 */
export function dropTail(person: Person, requestId: string): void {
  for (const { following } of person.connections) if (following?.get(requestId)?.replaying) return
  person.tails?.delete(requestId)
  if (person.tails?.size === 0) person.tails = undefined
  for (const connection of person.connections) {
    connection.following?.delete(requestId)
    if (connection.following?.size === 0) connection.following = undefined
  }
}
