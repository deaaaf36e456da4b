import type { Queries } from './database.ts'
import { endUnpublished, requestCancellation } from './endings.ts'
import type { BusTrace } from './store.ts'
import { openStates } from './succession.ts'

/**
 * Ends all that is open of a person whose access ends: what was not published at once, and of what a worker may have
 * the cancellation is committed. Newest first, so that nothing that waits is made ready on the way.
 */
export async function closeRequestsOf(queries: Queries, userId: string, now: number): Promise<void> {
  const open = await queries
    .selectFrom('requests')
    .select(['request_id', 'conversation_id', 'state'])
    .where('user_id', '=', userId)
    .where('state', 'in', openStates)
    .orderBy('ordinal', 'desc')
    .execute()
  for (const { request_id: requestId, conversation_id: conversationId, state } of open) {
    if (state === 'published') await requestCancellation(queries, { userId, requestId }, now)
    else await endUnpublished(queries, { userId, requestId, conversationId }, now)
  }
}

/** What a person's requests may have left on the bus. */
export async function tracesOf(queries: Queries, userId: string): Promise<BusTrace[]> {
  const rows = await queries
    .selectFrom('requests')
    .select(['request_id', 'seq'])
    .where('user_id', '=', userId)
    .where('log_purged_at', 'is', null)
    .execute()
  return rows.map((row) => ({ userId, requestId: row.request_id, seq: row.seq }))
}
