import type { ChatFinal } from '../../bus/contract/chat.ts'
import { errorCodes } from '../../bus/contract/errors.ts'
import { attemptFloorStep } from '../../bus/contract/limits.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Rooms } from '../house.ts'
import type { StoredRequest } from '../store/store.ts'

const batch = 32

/** A request that left the queue unanswered this many times is not published again: nobody here can read it. */
export const maxDrops = 10

type Parts = Pick<Rooms, 'bus' | 'store' | 'log' | 'notify'>

/**
 * Looks after requests the bus has had for a while, and makes those `ready` again that it lost (PROTOCOL section 3):
 * its stream was made anew, or the message is gone from the queue with no final on its way to the recorder. A reply
 * whose log has ended is not written again: the worker that gets the request only repeats its final.
 *
 * @returns how many became ready.
 */
export async function checkPublished(parts: Parts, idleMs: number): Promise<number> {
  let readied = 0
  // One time for all batches, so that no row is taken twice.
  const now = Date.now()
  while (parts.bus.state === 'connected') {
    const rows = await parts.store.requests.leasePublished({ now, idleMs, limit: batch })
    const losses = await Promise.all(rows.map((row) => lossOf(parts, row)))
    for (const [index, row] of rows.entries()) {
      const loss = losses[index]
      if (loss === 'dropped' && row.attemptFloor >= maxDrops * attemptFloorStep)
        readied += await endDropped(parts, row)
      else if (loss !== undefined) readied += await publishAgain(parts, row)
    }
    if (rows.length < batch) break
  }
  return readied
}

async function publishAgain({ store, log }: Parts, row: StoredRequest): Promise<number> {
  log.warn(
    { user_id: row.userId, request_id: row.requestId },
    'A request was lost by the bus and is ready again',
  )
  return (await store.requests.republish(row.userId, row.requestId, row.attemptFloor)) ? 1 : 0
}

/** How the bus lost a request: its `stream` was made anew, or the message was `dropped` from the queue unanswered. */
async function lossOf({ bus, store }: Parts, row: StoredRequest): Promise<'stream' | 'dropped' | undefined> {
  const isOfThisStream = () => row.epoch === bus.epochOf(streams.chat.name)
  if (row.seq === null || bus.epochOf(streams.chat.name) === 0) return undefined
  // It may be this hub that has not heard of the stream which the request was published to.
  if (!isOfThisStream()) await bus.lookAgain()
  if (!isOfThisStream()) return 'stream'
  if (await bus.holds(streams.chat.name, row.seq)) return undefined
  const final = await bus.lastEntry(streams.finals.name, subjects.final(row.userId, row.requestId))
  if (final !== undefined) return undefined
  // The recorder may have stored the final between the row's reading and ours.
  const present = await store.requests.find(row.userId, row.requestId)
  const isSame = present?.state === 'published' && present.attemptFloor === row.attemptFloor
  return isSame ? 'dropped' : undefined
}

/** Ends what no worker takes, as failed, so that the person knows and what waits behind it goes on. */
async function endDropped({ store, log, notify }: Parts, row: StoredRequest): Promise<number> {
  const { userId: user_id, requestId: request_id, conversationId: conversation_id } = row
  const { retryable } = errorCodes.reply_failed
  const detail = `The workers took this message ${maxDrops + 1} times and answered none of them`
  const final: ChatFinal = {
    ...{ request_id, user_id, conversation_id, attempt: row.attemptFloor + 1 },
    ...{ model: row.send.model ?? 'none', backend: 'none', content: '', thoughts: '', cues: [] },
    error: { code: 'reply_failed', retryable, detail },
    usage: {},
    timings: { duration_ms: 0 },
    timestamp: Date.now() / 1000,
  }
  const recorded = await store.requests.recordFinal(final, Date.now())
  log.error({ user_id, request_id, drops: maxDrops + 1 }, 'A request that no worker answers is ended')
  if (recorded.outcome !== 'stored') return 0
  notify(user_id, { kind: 'stored', conversation_id, request_id })
  return recorded.readied.length
}
