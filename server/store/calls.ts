import type { Database, Queries } from './database.ts'
import { maxSkewMs } from './leases.ts'
import type { CallsTable } from './schema.ts'

export interface OpenCall {
  readonly id: string
  readonly userId: string
  readonly now: number
  /** A call that was not seen for so long is over, in milliseconds. */
  readonly leaseMs: number
  /** Calls a person may have at once. */
  readonly most: number
  /** Ends the person's oldest other calls where there would be no room. */
  readonly replace: boolean
}

export type OpenCallOutcome =
  /** `replaced`: the person's other calls that ended for it. */
  | { readonly outcome: 'open'; readonly replaced: readonly string[] }
  /** The person has as many others already; the first of them may be over then, if nobody renews it. */
  | { readonly outcome: 'full'; readonly retryAfterMs: number }
  /** The id is another person's call, or the person is gone. */
  | { readonly outcome: 'not_found' }

/** Who is in a call now. Nothing of what is said there is known here. */
export interface CallStore {
  /**
   * Opens a call, or renews it for whoever has it. One that is seen still keeps its place, whatever the limit is by now.
   * Of many hubs at the limit no two give the last place away.
   */
  open(call: OpenCall): Promise<OpenCallOutcome>
  /** Renews calls that a hub holds. @returns the ids of those that still are. */
  renew(ids: readonly string[], now: number): Promise<string[]>
  /** Whether a call still is, as `renew` says it, without a write: questions of calls ask so. */
  exists(id: string): Promise<boolean>
  end(userId: string, id: string): Promise<void>
  /** Forgets calls last seen before then. */
  deleteBefore(seenAt: number): Promise<void>
}

type Call = Pick<CallsTable, 'id' | 'seen_at'>

export function createCallStore(database: Database): CallStore {
  return {
    open: (call) => database.write((queries) => open(queries, database, call)),
    renew: (ids, now) => database.write((queries) => renew(queries, ids, now)),
    exists: (id) => database.read((queries) => exists(queries, id)),
    end: (userId, id) => database.write((queries) => endCalls(queries, userId, [id])),
    deleteBefore: (seenAt) =>
      database.write(async (queries) => {
        await queries.deleteFrom('calls').where('seen_at', '<', seenAt).execute()
      }),
  }
}

/** Within a transaction that takes a person's access away, or gives it to somebody else. */
export async function endCallsOf(queries: Queries, userId: string): Promise<void> {
  await queries.deleteFrom('calls').where('user_id', '=', userId).execute()
}

async function open(queries: Queries, database: Database, call: OpenCall): Promise<OpenCallOutcome> {
  await database.lockUser(queries, call.userId)
  if (!(await mayCall(queries, call))) return { outcome: 'not_found' }
  const living = await livingCallsOf(queries, call)
  const isRenewed = living.some(({ id }) => id === call.id)
  const tooMany = isRenewed ? 0 : Math.max(0, living.length - call.most + 1)
  if (tooMany > 0 && !(call.replace && call.most > 0))
    return { outcome: 'full', retryAfterMs: whenOver(living, tooMany, call) }
  const replaced = living.slice(0, tooMany).map(({ id }) => id)
  await endCalls(queries, call.userId, replaced)
  return (await insertOrRenew(queries, call)) ? { outcome: 'open', replaced } : { outcome: 'not_found' }
}

async function mayCall(queries: Queries, { userId }: OpenCall): Promise<boolean> {
  const user = await queries
    .selectFrom('users')
    .select('disabled_at')
    .where('id', '=', userId)
    .executeTakeFirst()
  return user !== undefined && user.disabled_at === null
}

/** The oldest first. A time far ahead is that of a hub whose clock is wrong: its calls hold nobody up elsewhere. */
const livingCallsOf = (queries: Queries, { userId, now, leaseMs }: OpenCall): Promise<Call[]> =>
  queries
    .selectFrom('calls')
    .select(['id', 'seen_at'])
    .where('user_id', '=', userId)
    .where('seen_at', '>', now - leaseMs)
    .where('seen_at', '<=', now + maxSkewMs)
    .orderBy('started_at')
    .orderBy('id')
    .execute()

/** When so many of these calls could be over, at the earliest. */
function whenOver(living: readonly Call[], count: number, { now, leaseMs }: OpenCall): number {
  const seen = living.map(({ seen_at }) => seen_at).sort((one, other) => one - other)
  return Math.max(1, (seen[count - 1] ?? now) + leaseMs - now)
}

/** @returns false where the id is another person's. */
async function insertOrRenew(queries: Queries, { id, userId, now }: OpenCall): Promise<boolean> {
  const row = await queries
    .insertInto('calls')
    .values({ id, user_id: userId, started_at: now, seen_at: now })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ seen_at: now }).where('calls.user_id', '=', userId),
    )
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

async function renew(queries: Queries, ids: readonly string[], now: number): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await queries
    .updateTable('calls')
    .set({ seen_at: now })
    .where('id', 'in', ids)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

async function exists(queries: Queries, id: string): Promise<boolean> {
  const row = await queries.selectFrom('calls').select('id').where('id', '=', id).executeTakeFirst()
  return row !== undefined
}

async function endCalls(queries: Queries, userId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await queries.deleteFrom('calls').where('user_id', '=', userId).where('id', 'in', ids).execute()
}
