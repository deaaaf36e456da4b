import type { Database, Queries } from './database.ts'
import { endUnpublished, requestCancellation } from './endings.ts'
import type { ConversationKey } from './messages.ts'
import type { BusTrace } from './store.ts'
import { openStates, readySuccessors } from './succession.ts'

/**
 * Hides a conversation. What of it is open would hold the person's room for an answer nobody sees: what was not
 * published ends, and of what a worker may have the cancellation is committed (see `RequestStore.cancelling`).
 */
export function deleteConversation(
  database: Database,
  { userId, id }: ConversationKey,
  now: number,
): Promise<boolean> {
  return database.write(async (queries) => {
    await database.lockUser(queries, userId)
    return hideConversation(queries, { userId, id }, now)
  })
}

/** The same within a transaction that has locked the person. */
export async function hideConversation(
  queries: Queries,
  { userId, id }: ConversationKey,
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('conversations')
    .set({ deleted_at: now })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  await noteTalk(queries, { userId, id })
  await closeRequests(queries, { userId, id }, now)
  return true
}

/** Whoever deletes what they just talked about was here all the same: see `isDue` in `greeting.ts`. */
async function noteTalk(queries: Queries, { userId, id }: ConversationKey): Promise<void> {
  const { updated_at: at } = await queries
    .selectFrom('conversations')
    .select('updated_at')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  await queries
    .updateTable('users')
    .set({ talked_at: at })
    .where('id', '=', userId)
    .where(({ eb, or }) => or([eb('talked_at', 'is', null), eb('talked_at', '<', at)]))
    .execute()
}

export async function restoreConversation(
  queries: Queries,
  { userId, id }: ConversationKey,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('conversations')
    .set({ deleted_at: null })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('deleted_at', 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** See `ConversationStore.purgeDeleted`. One transaction for each conversation, since a long one holds others up. */
export async function purgeDeleted(database: Database, before: number, limit: number): Promise<BusTrace[]> {
  const doomed = await database.read((queries) =>
    queries
      .selectFrom('conversations')
      .select(['id', 'user_id'])
      .where('deleted_at', '<', before)
      .orderBy('deleted_at')
      .limit(limit)
      .execute(),
  )
  const traces: BusTrace[] = []
  for (const { id, user_id: userId } of doomed) {
    traces.push(...(await purgeConversation(database, { userId, id }, before)))
  }
  return traces
}

/** Newest first: so what waits is gone before the end of what it waits for would make it ready. */
async function closeRequests(queries: Queries, { userId, id }: ConversationKey, now: number): Promise<void> {
  const open = await queries
    .selectFrom('requests')
    .select(['request_id', 'state'])
    .where('user_id', '=', userId)
    .where('conversation_id', '=', id)
    .where('state', 'in', openStates)
    .orderBy('ordinal', 'desc')
    .execute()
  for (const { request_id: requestId, state } of open) {
    if (state === 'published') await requestCancellation(queries, { userId, requestId }, now)
    else await endUnpublished(queries, { userId, requestId, conversationId: id }, now)
  }
}

/** Messages and requests go with their conversation. It may have been restored since it was found. */
function purgeConversation(
  database: Database,
  { userId, id }: ConversationKey,
  before: number,
): Promise<BusTrace[]> {
  return database.write(async (queries) => {
    await database.lockUser(queries, userId)
    const traces = await queries
      .selectFrom('requests')
      .select(['request_id', 'seq'])
      .where('conversation_id', '=', id)
      .where('log_purged_at', 'is', null)
      .execute()
    const { numDeletedRows } = await queries
      .deleteFrom('conversations')
      .where('id', '=', id)
      .where('deleted_at', '<', before)
      .executeTakeFirst()
    if (numDeletedRows === 0n) return []
    // One of its requests may still have held the person's room, and will never end now.
    await readySuccessors(queries, userId)
    return traces.map((row) => ({ userId, requestId: row.request_id, seq: row.seq }))
  })
}
