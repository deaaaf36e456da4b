import type { Queries } from './database.ts'
import { noteRevocation } from './revocations.ts'

/** Ends sessions of one person, and has all hubs told. @returns how many there were. */
export async function endSessions(
  queries: Queries,
  userId: string,
  now: number,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0
  const ended = await queries
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .where('id', 'in', ids)
    .returning('id')
    .execute()
  return tell(queries, userId, now, ended)
}

/** Ends all sessions of a person but one. @returns how many there were. */
export async function endOtherSessions(
  queries: Queries,
  userId: string,
  now: number,
  keptId: string | null = null,
): Promise<number> {
  const ended = await queries
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .$if(keptId !== null, (query) =>
      query.where(({ eb, or }) => or([eb('id', '!=', keptId), eb('id', 'is', null)])),
    )
    .returning('id')
    .execute()
  return tell(queries, userId, now, ended)
}

export interface EverybodysSessions {
  readonly keptId: string
  readonly limit: number
  readonly now: number
}

/** See `SessionStore.endEverybodys`. */
export async function endEverybodysSessions(
  queries: Queries,
  { keptId, limit, now }: EverybodysSessions,
): Promise<number> {
  const ended = await queries
    .deleteFrom('sessions')
    .where('token_hash', 'in', ({ selectFrom }) =>
      selectFrom('sessions as theirs')
        .innerJoin('users', 'users.id', 'theirs.user_id')
        .select('theirs.token_hash')
        .where('users.kind', '!=', 'guest')
        .where('theirs.created_at', '<=', now)
        .where(({ eb, or }) => or([eb('theirs.id', '!=', keptId), eb('theirs.id', 'is', null)]))
        .limit(limit),
    )
    .returning(['id', 'user_id'])
    .execute()
  return tellEach(queries, now, ended)
}

/** See `SessionStore.endOfIdentity`. */
export async function endOfIdentity(
  queries: Queries,
  { issuer, subject, sid }: { issuer: string; subject?: string; sid?: string },
  now: number,
): Promise<number> {
  if (subject === undefined && sid === undefined) return 0
  let query = queries.deleteFrom('sessions').where('issuer', '=', issuer)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  // Of a session whose name at the provider was never told, the subject is all there is to know it by.
  if (sid !== undefined)
    query = query.where(({ eb, or }) =>
      subject === undefined ? eb('sid', '=', sid) : or([eb('sid', '=', sid), eb('sid', 'is', null)]),
    )
  return tellEach(queries, now, await query.returning(['id', 'user_id']).execute())
}

async function tellEach(
  queries: Queries,
  now: number,
  ended: readonly { id: string | null; user_id: string }[],
): Promise<number> {
  for (const [userId, rows] of Map.groupBy(ended, ({ user_id }) => user_id))
    await tell(queries, userId, now, rows)
  return ended.length
}

async function tell(
  queries: Queries,
  userId: string,
  at: number,
  ended: readonly { id: string | null }[],
): Promise<number> {
  await noteRevocation(queries, { userId, kind: 'ended', ended: ended.flatMap(({ id }) => id ?? []), at })
  return ended.length
}
