import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import { isOpenState } from '../../bus/contract/history.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Rooms } from '../house.ts'
import type { Store } from '../store/store.ts'
import { tellChanged } from './notices.ts'
import type { People } from './people.ts'
import { catchUp, isFollowed } from './relay.ts'
import { bringTo, dropTail, longestQuietMs, quietMs, type ReplyTail } from './reply-tail.ts'

/** Most logs looked at in one round; the rest wait for the next. */
export const maxChecks = 64

type Parts = Pick<Rooms, 'bus' | 'store'>

/** Looks at the logs of replies that were quiet for a while: the entries they miss may have been lost on the way. */
export async function checkQuietReplies(parts: Parts, people: People, nowMs: number): Promise<void> {
  if (parts.bus.state !== 'connected') return
  const due: ReplyTail[] = []
  for (const { tails } of people.byId.values())
    for (const tail of tails?.values() ?? []) if (!tail.reading && tail.checkAtMs <= nowMs) due.push(tail)
  // Those who came first would else be looked at again before the others' turn had come.
  due.sort((one, other) => one.checkAtMs - other.checkAtMs)
  await Promise.all(due.slice(0, maxChecks).map((tail) => checkTail(parts, tail, nowMs)))
}

/** After a reconnection, and after a stream was made anew, anything may have been missed. */
export function recheckAll(people: People): void {
  for (const { tails } of people.byId.values())
    for (const tail of tails?.values() ?? []) {
      tail.checkAtMs = 0
      tail.waitMs = quietMs
    }
}

async function checkTail({ bus, store }: Parts, tail: ReplyTail, nowMs: number): Promise<void> {
  tail.waitMs = Math.min(2 * tail.waitMs, longestQuietMs)
  tail.checkAtMs = nowMs + tail.waitMs
  const epoch = bus.epochOf(streams.log.name)
  bringTo(tail, epoch)
  const subject = subjects.stream(tail.person.user.id, tail.requestId)
  const last = await bus.lastEntry(streams.log.name, subject)
  // Of a stream that was made anew meanwhile the next round asks.
  if (!isFollowed(tail) || tail.reading || bus.epochOf(streams.log.name) !== epoch) return
  if (last === undefined) return askStore(store, tail)
  const standsStill = last.seq <= tail.seq
  if (!standsStill) {
    tail.newest = Math.max(tail.newest, last.seq)
    if (!(await catchUp(bus, tail))) return
  }
  const type = tail.seq === last.seq ? decodeEntry(last.body)?.type : undefined
  if (type === 'done' || type === 'error') dropTail(tail.person, tail.requestId)
  else if (standsStill) await askStore(store, tail)
}

/**
 * Nothing is written yet, or the log was removed after its end, or lost, or nobody goes on with it, since the reply is
 * stored: then the word of that may have been lost too, and nobody says it again.
 */
async function askStore(store: Store, tail: ReplyTail): Promise<void> {
  const { person, requestId } = tail
  const request = await store.requests.find(person.user.id, requestId)
  if (request === undefined) return dropTail(person, requestId)
  if (isOpenState(request.state)) return
  tellChanged(person, { kind: 'stored', conversation_id: request.conversationId, request_id: requestId })
  dropTail(person, requestId)
}
