import { sql } from 'kysely'
import type { RequestState } from '../../bus/contract/history.ts'
import { attemptFloorStep } from '../../bus/contract/limits.ts'
import type { Database, Queries } from './database.ts'
import type { StoredRequest } from './store.ts'
import { requestColumns, toStoredRequest } from './stored-request.ts'
import type { RequestKey } from './succession.ts'

/**
 * A time further ahead than this, in milliseconds, was written by a hub whose clock is wrong: nobody waits for it. That
 * two hubs then take one row does no harm, since what they do with it is done once.
 */
export const maxSkewMs = 10_000

/** See `RequestStore.leaseReady`. */
export function leaseReady(
  database: Database,
  { now, leaseUntil, limit }: { now: number; leaseUntil: number; limit: number },
): Promise<StoredRequest[]> {
  return database.write(async (queries) => {
    const rows = await selectStored(queries)
      .where('state', '=', 'ready')
      .where(({ eb, or }) =>
        or([eb('lease_until', '<=', now), eb('lease_until', '>', leaseUntil + maxSkewMs)]),
      )
      .orderBy('lease_until')
      .orderBy('requests.created_at')
      .limit(limit)
      .$if(database.kind === 'postgres', (query) => query.forUpdate('requests').skipLocked())
      .execute()
    await touch(queries, rows, { lease_until: leaseUntil })
    return rows.map(toStoredRequest)
  })
}

/** See `RequestStore.leasePublished`. */
export function leasePublished(
  database: Database,
  { now, idleMs, limit }: { now: number; idleMs: number; limit: number },
): Promise<StoredRequest[]> {
  return database.write(async (queries) => {
    const rows = await selectStored(queries)
      .where('state', '=', 'published')
      .where(({ eb, or }) => or([eb('looked_at', '<=', now - idleMs), eb('looked_at', '>', now + maxSkewMs)]))
      .orderBy('looked_at')
      .limit(limit)
      .$if(database.kind === 'postgres', (query) => query.forUpdate('requests').skipLocked())
      .execute()
    await touch(queries, rows, { looked_at: now })
    return rows.map(toStoredRequest)
  })
}

/**
 * See `RequestStore.markPublished`. A request that was cancelled while it was being published stays so, but where the
 * bus keeps it is noted all the same, for whoever clears it away.
 */
export function markPublished(
  database: Database,
  { userId, requestId }: RequestKey,
  { epoch, seq, now }: { epoch: number; seq: number; now: number },
): Promise<void> {
  return database.write(async (queries) => {
    await database.lockUser(queries, userId)
    await queries
      .updateTable('requests')
      .set({
        epoch,
        seq,
        looked_at: now,
        state: sql<RequestState>`case when state = 'ready' then 'published' else state end`,
      })
      .where('user_id', '=', userId)
      .where('request_id', '=', requestId)
      .where('state', 'in', ['ready', 'cancelled'])
      .execute()
  })
}

/** See `RequestStore.republish`. */
export function republish(
  database: Database,
  { userId, requestId }: RequestKey,
  attemptFloor: number,
): Promise<boolean> {
  return database.write(async (queries) => {
    await database.lockUser(queries, userId)
    const { numUpdatedRows } = await queries
      .updateTable('requests')
      .set({
        state: 'ready',
        attempt_floor: attemptFloor + attemptFloorStep,
        lease_until: 0,
        epoch: null,
        seq: null,
      })
      .where('user_id', '=', userId)
      .where('request_id', '=', requestId)
      .where('state', '=', 'published')
      .where('attempt_floor', '=', attemptFloor)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })
}

/** See `RequestStore.cancelling`. Two queries, so that each finds its rows by an index. */
export async function cancelling(queries: Queries, limit: number): Promise<StoredRequest[]> {
  const running = await selectStored(queries)
    .where('state', '=', 'published')
    .where('cancel_requested_at', 'is not', null)
    .orderBy('cancel_requested_at')
    .limit(limit)
    .execute()
  const uncertain = await selectStored(queries)
    .innerJoin('messages', 'messages.id', 'requests.request_id')
    .where('log_purged_at', 'is', null)
    .where('ended_at', 'is not', null)
    .where('state', '=', 'cancelled')
    .where('cancel_requested_at', 'is not', null)
    .where('messages.timings_json', 'is', null)
    .orderBy('cancel_requested_at')
    .limit(limit - running.length)
    .execute()
  return [...running, ...uncertain].map(toStoredRequest)
}

const selectStored = (queries: Queries) =>
  queries.selectFrom('requests').innerJoin('users', 'users.id', 'requests.user_id').select(requestColumns)

async function touch(
  queries: Queries,
  rows: readonly { user_id: string; request_id: string }[],
  change: { lease_until: number } | { looked_at: number },
): Promise<void> {
  for (const row of rows) {
    await queries
      .updateTable('requests')
      .set(change)
      .where('user_id', '=', row.user_id)
      .where('request_id', '=', row.request_id)
      .execute()
  }
}
