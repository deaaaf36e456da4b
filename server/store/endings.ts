import type { ChatFinal } from '../../bus/contract/chat.ts'
import type { Database, Queries } from './database.ts'
import { fold } from './fold.ts'
import { asHeard, cutToHeard, noteHeard } from './heard.ts'
import { addToCounter, tokenCounter } from './limits.ts'
import type { BusTrace, CancelOutcome, RecordOutcome } from './store.ts'
import type { RequestKey } from './succession.ts'
import { endRequest, isOpen } from './succession.ts'

/**
 * See `RequestStore.recordFinal`. A reply to a conversation that is only hidden is kept, for `restore`. One that was
 * cancelled before the store knew of its publication may have been written and read all the same: what was read is
 * kept, once; the request stays cancelled. It is told by its answer's missing timings, which every final brings.
 */
export function recordFinal(database: Database, final: ChatFinal, now: number): Promise<RecordOutcome> {
  return database.write(async (queries) => {
    const key = { userId: final.user_id, requestId: final.request_id }
    await database.lockUser(queries, key.userId)
    const request = await findEnd(queries, key)
    if (!request) return { outcome: 'gone' }
    const conversationId = request.conversation_id
    const isStopped = request.state === 'cancelled' && request.timings_json === null
    if (!isOpen(request.state) && !isStopped) return { outcome: 'repeated' }
    const kept = asHeard(isStopped ? asStopped(final) : final, request.heard_offset)
    await storeAnswer(queries, kept)
    await countTokens(queries, final, now)
    if (isStopped) return { outcome: 'stored', conversationId, readied: [] }
    const readied = await endRequest(queries, { ...key, conversationId }, { state: endStateOf(kept), now })
    return { outcome: 'stored', conversationId, readied }
  })
}

/** See `RequestStore.cancel`. Of what is `ready` the bus may have a copy: that is told to stop as well. */
export function cancel(
  database: Database,
  key: RequestKey,
  { now, heardOffset }: { now: number; heardOffset: number | undefined },
): Promise<CancelOutcome> {
  return database.write(async (queries) => {
    await database.lockUser(queries, key.userId)
    const request = await findEnd(queries, key)
    if (!request || request.deleted_at !== null) return { outcome: 'not_found' }
    const conversationId = request.conversation_id
    const isHeard = heardOffset !== undefined && (await noteHeard(queries, key, heardOffset))
    if (!isOpen(request.state)) {
      const isCut = isHeard && (await cutToHeard(queries, { ...key, heardOffset }))
      return isCut ? { outcome: 'cut', conversationId } : { outcome: 'over' }
    }
    if (request.state === 'ready') await requestCancellation(queries, key, now)
    if (request.state !== 'published') {
      const readied = await endUnpublished(queries, { ...key, conversationId }, now)
      return { outcome: 'ended', conversationId, readied }
    }
    await requestCancellation(queries, key, now)
    return { outcome: 'requested', conversationId }
  })
}

/**
 * Ends a request that, as far as the store knows, no worker has. (A hub may be publishing it: the worker then reads
 * `cancelled` where it asks for the history, or what it wrote comes with its final.)
 */
export async function endUnpublished(
  queries: Queries,
  request: RequestKey & { conversationId: string },
  now: number,
): Promise<string[]> {
  await queries
    .updateTable('messages')
    .set({ finish_reason: 'cancelled' })
    .where('id', '=', request.requestId)
    .execute()
  return endRequest(queries, request, { state: 'cancelled', now })
}

/** The first cancellation counts; what asks again does not move it. */
export async function requestCancellation(
  queries: Queries,
  { userId, requestId }: RequestKey,
  now: number,
): Promise<void> {
  await queries
    .updateTable('requests')
    .set({ cancel_requested_at: now })
    .where('user_id', '=', userId)
    .where('request_id', '=', requestId)
    .where('cancel_requested_at', 'is', null)
    .execute()
}

export async function purgeableLogs(queries: Queries, before: number, limit: number): Promise<BusTrace[]> {
  const ended = await queries
    .selectFrom('requests')
    .select(['user_id', 'request_id', 'seq'])
    .where('log_purged_at', 'is', null)
    .where('ended_at', '<', before)
    .orderBy('ended_at')
    .limit(limit)
    .execute()
  return ended.map((row) => ({ userId: row.user_id, requestId: row.request_id, seq: row.seq }))
}

export async function markLogPurged(queries: Queries, { userId, requestId }: RequestKey): Promise<void> {
  await queries
    .updateTable('requests')
    .set({ log_purged_at: Date.now() })
    .where('user_id', '=', userId)
    .where('request_id', '=', requestId)
    .execute()
}

function findEnd(queries: Queries, { userId, requestId }: RequestKey) {
  return queries
    .selectFrom('requests')
    .innerJoin('conversations', 'conversations.id', 'requests.conversation_id')
    .innerJoin('messages', 'messages.id', 'requests.request_id')
    .select(['state', 'requests.conversation_id', 'deleted_at', 'timings_json', 'heard_offset'])
    .where('requests.user_id', '=', userId)
    .where('request_id', '=', requestId)
    .executeTakeFirst()
}

/** However it ended for its worker: somebody stopped it, and was told so. */
function asStopped({ error: _, ...final }: ChatFinal): ChatFinal {
  return { ...final, finish_reason: 'cancelled' }
}

async function storeAnswer(queries: Queries, final: ChatFinal): Promise<void> {
  await queries
    .updateTable('messages')
    .set({
      content: final.content,
      thoughts: final.thoughts,
      model: final.model,
      finish_reason: final.finish_reason ?? null,
      error_json: final.error ? JSON.stringify(final.error) : null,
      usage_json: JSON.stringify(final.usage),
      timings_json: JSON.stringify(final.timings),
      search_text: fold(final.content),
    })
    .where('id', '=', final.request_id)
    .execute()
}

/** In the transaction that stores the answer, so that each is counted once. */
async function countTokens(queries: Queries, { user_id, usage }: ChatFinal, now: number): Promise<void> {
  const tokens = (usage.prompt_tokens ?? 0) + (usage.completion_tokens ?? 0)
  if (tokens > 0) await addToCounter(queries, tokenCounter(user_id, now), tokens)
}

function endStateOf(final: ChatFinal): 'answered' | 'failed' | 'cancelled' {
  if (final.error) return 'failed'
  return final.finish_reason === 'cancelled' ? 'cancelled' : 'answered'
}
