import { endCallsOf } from './calls.ts'
import type { Database, Queries } from './database.ts'
import { findLeftGuests, type LeftGuests } from './left-guests.ts'
import { noteRevocation } from './revocations.ts'
import type { BusTrace } from './store.ts'
import { openStates } from './succession.ts'

/** What is left of the guest that a browser was before somebody known signed in there. */
export interface LeftByGuest {
  readonly guestId: string
  readonly count: number
  /** Of the newest few. */
  readonly titles: readonly string[]
}

/** What came of taking a guest's conversations along. */
export interface TakenAlong {
  readonly moved: number
  /** Conversations in which something is being answered: they stay for now. */
  readonly waiting: number
  /** What the moved ones left on the bus, in the guest's name. */
  readonly traces: readonly BusTrace[]
}

export interface GuestStore {
  /** Whether a guest has conversations. */
  hasConversations(guestId: string): Promise<boolean>
  /** By the session that somebody signed in with; undefined where there is nothing, or the session is another's. */
  leftBefore(session: { id: string; userId: string }): Promise<LeftByGuest | undefined>
  /**
   * Gives the person of a session what the guest before it said, all but what is being answered. Once nothing is left
   * the guest is gone. A second time moves what the first one did not, or nothing.
   */
  takeAlong(session: { id: string; userId: string }, now: number): Promise<TakenAlong>
  /**
   * Up to `limit` guests who were left behind before `leftBefore`: no session is theirs or could take along what they
   * said, so that nobody gets to it any more. Notes of further ones that it is so from `now` on.
   */
  findLeft(left: LeftGuests): Promise<string[]>
}

const mostTitles = 3

const nothing: TakenAlong = { moved: 0, waiting: 0, traces: [] }

type SessionKey = { readonly id: string; readonly userId: string }

export function createGuestStore(database: Database): GuestStore {
  return {
    hasConversations: (guestId) =>
      database.read(async (queries) => (await conversationsOf(queries, guestId, 1)).length > 0),
    leftBefore: (session) => database.read((queries) => leftBefore(queries, session)),
    takeAlong: (session, now) => database.write((queries) => takeAlong(queries, database, { session, now })),
    findLeft: (left) => database.write((queries) => findLeftGuests(queries, left)),
  }
}

/** A guest who signed up meanwhile is a person of their own. */
async function guestBefore(queries: Queries, { id, userId }: SessionKey): Promise<string | undefined> {
  const row = await queries
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.guest_id')
    .select('users.id')
    .where('sessions.id', '=', id)
    .where('sessions.user_id', '=', userId)
    .where('users.kind', '=', 'guest')
    .executeTakeFirst()
  return row?.id
}

const conversationsOf = (queries: Queries, guestId: string, limit: number) =>
  queries
    .selectFrom('conversations')
    .select('title')
    .where('user_id', '=', guestId)
    .where('deleted_at', 'is', null)
    .orderBy('updated_at', 'desc')
    .limit(limit)
    .execute()

async function leftBefore(queries: Queries, session: SessionKey): Promise<LeftByGuest | undefined> {
  const guestId = await guestBefore(queries, session)
  if (guestId === undefined) return undefined
  const { count } = await queries
    .selectFrom('conversations')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('user_id', '=', guestId)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow()
  const newest = await conversationsOf(queries, guestId, mostTitles)
  return count === 0 ? undefined : { guestId, count, titles: newest.map(({ title }) => title) }
}

async function takeAlong(
  queries: Queries,
  database: Database,
  { session, now }: { session: SessionKey; now: number },
): Promise<TakenAlong> {
  const guestId = await guestBefore(queries, session)
  if (guestId === undefined) return nothing
  const people = { from: guestId, to: session.userId }
  // In one order everywhere, so that no two wait for each other.
  for (const id of [people.from, people.to].sort()) await database.lockUser(queries, id)
  // Another request may have taken all of it meanwhile, or the guest may have become a person of their own.
  if ((await guestBefore(queries, session)) === undefined) return nothing
  const waiting = await conversationsInAnswer(queries, guestId)
  const moved = await moveConversations(queries, people, waiting)
  const traces = await moveRequests(queries, people, now)
  await raiseOrdinal(queries, people)
  await endCallsOf(queries, guestId)
  if (waiting.length === 0) {
    await queries.deleteFrom('users').where('id', '=', guestId).execute()
    await noteRevocation(queries, { userId: guestId, kind: 'everything', at: now })
  }
  return { moved, waiting: waiting.length, traces }
}

/** A worker that answers knows the person by the guest's id, and the answer would find nobody. */
async function conversationsInAnswer(queries: Queries, userId: string): Promise<string[]> {
  const rows = await queries
    .selectFrom('requests')
    .select('conversation_id')
    .distinct()
    .where('user_id', '=', userId)
    .where('state', 'in', openStates)
    .execute()
  return rows.map(({ conversation_id: id }) => id)
}

interface People {
  readonly from: string
  readonly to: string
}

/** Also those that are deleted and could still be restored. @returns how many */
async function moveConversations(
  queries: Queries,
  { from, to }: People,
  waiting: readonly string[],
): Promise<number> {
  const { numUpdatedRows } = await queries
    .updateTable('conversations')
    .set({ user_id: to })
    .where('user_id', '=', from)
    .$if(waiting.length > 0, (query) => query.where('id', 'not in', waiting))
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Those of the conversations that moved. Their logs stand under the guest's subjects and are to be purged there. */
async function moveRequests(queries: Queries, { from, to }: People, now: number): Promise<BusTrace[]> {
  const rows = await queries
    .selectFrom('requests')
    .innerJoin('conversations', 'conversations.id', 'requests.conversation_id')
    .select(['request_id', 'seq', 'log_purged_at'])
    .where('requests.user_id', '=', from)
    .where('conversations.user_id', '=', to)
    .execute()
  await queries
    .updateTable('requests')
    .set(({ fn, val }) => ({ user_id: to, log_purged_at: fn.coalesce('log_purged_at', val(now)) }))
    .where('user_id', '=', from)
    .where('conversation_id', 'in', ({ selectFrom }) =>
      selectFrom('conversations').select('id').where('user_id', '=', to),
    )
    .execute()
  return rows.flatMap(({ request_id: requestId, seq, log_purged_at: purgedAt }) =>
    purgedAt === null ? [{ userId: from, requestId, seq }] : [],
  )
}

/** What the person says next in a conversation that moved is newer than all that stands there. */
async function raiseOrdinal(queries: Queries, { from, to }: People): Promise<void> {
  const guest = await queries
    .selectFrom('users')
    .select('last_ordinal')
    .where('id', '=', from)
    .executeTakeFirstOrThrow()
  await queries
    .updateTable('users')
    .set({ last_ordinal: guest.last_ordinal })
    .where('id', '=', to)
    .where('last_ordinal', '<', guest.last_ordinal)
    .execute()
}
