import type { User } from './accounts.ts'
import type { Queries } from './database.ts'
import { endSessions } from './session-endings.ts'
import type { FoundSession, NewSession, SessionProof, SessionSummary } from './sessions.ts'
import { toUser, userColumns } from './user-rows.ts'

/** Most sessions of one person; a further one ends the one that was not used for longest. */
export const maxSessionsPerUser = 50

export async function create(queries: Queries, session: NewSession): Promise<void> {
  const { proof } = session
  await queries
    .insertInto('sessions')
    .values({
      token_hash: session.tokenHash,
      id: session.id,
      user_id: session.userId,
      created_at: session.createdAt,
      signed_in_at: session.signedInAt ?? session.createdAt,
      last_used_at: session.createdAt,
      expires_at: session.expiresAt,
      device: session.device ?? null,
      provider: proof?.provider ?? session.way ?? null,
      issuer: proof?.issuer ?? null,
      subject: proof?.subject ?? null,
      sid: proof?.sid ?? null,
      id_token: proof?.idToken ?? null,
      guest_id: session.guestId ?? null,
    })
    .onConflict((conflict) => conflict.column('token_hash').doNothing())
    .execute()
  const all = await list(queries, session.userId, session.createdAt)
  const surplus = all.filter(({ id }) => id !== session.id).slice(maxSessionsPerUser - 1)
  await endSessions(
    queries,
    session.userId,
    session.createdAt,
    surplus.map(({ id }) => id),
  )
}

export async function find(
  queries: Queries,
  tokenHash: string,
  now: number,
): Promise<FoundSession | undefined> {
  const row = await queries
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(userColumns)
    .select(['sessions.id as session_id', 'token_hash', 'sessions.created_at as began_at', 'expires_at'])
    .select(['last_used_at', 'signed_in_at', 'rotation_due'])
    .where(({ eb, or, and }) =>
      or([
        eb('token_hash', '=', tokenHash),
        and([eb('previous_hash', '=', tokenHash), eb('previous_until', '>', now)]),
      ]),
    )
    .where('expires_at', '>', now)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  return (
    row && {
      user: toUser(row),
      id: row.session_id,
      createdAt: row.began_at,
      expiresAt: row.expires_at,
      lastUsedAt: row.last_used_at ?? row.began_at,
      signedInAt: row.signed_in_at ?? row.began_at,
      rotationDue: row.rotation_due === 1,
      byPrevious: row.token_hash !== tokenHash,
    }
  )
}

export async function touch(
  queries: Queries,
  tokenHash: string,
  { now, expiresAt, id }: { now: number; expiresAt: number; id: string },
): Promise<void> {
  await queries
    .updateTable('sessions')
    .set(({ fn, val }) => ({
      last_used_at: now,
      expires_at: expiresAt,
      id: fn.coalesce('id', val(id)),
    }))
    .where(({ eb, or }) => or([eb('token_hash', '=', tokenHash), eb('previous_hash', '=', tokenHash)]))
    .execute()
}

export async function rotate(
  queries: Queries,
  tokenHash: string,
  rotated: { tokenHash: string; graceUntil: number },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('sessions')
    .set({
      token_hash: rotated.tokenHash,
      previous_hash: tokenHash,
      previous_until: rotated.graceUntil,
      rotation_due: 0,
    })
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function proofOf(queries: Queries, id: string): Promise<SessionProof | undefined> {
  const row = await queries
    .selectFrom('sessions')
    .select(['provider', 'issuer', 'subject', 'sid', 'id_token'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined || row.provider === null || row.issuer === null || row.subject === null)
    return undefined
  return {
    provider: row.provider,
    issuer: row.issuer,
    subject: row.subject,
    ...(row.sid !== null && { sid: row.sid }),
    ...(row.id_token !== null && { idToken: row.id_token }),
  }
}

export async function list(queries: Queries, userId: string, now: number): Promise<SessionSummary[]> {
  const rows = await queries
    .selectFrom('sessions')
    .select(['id', 'created_at', 'last_used_at', 'device', 'provider'])
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .execute()
  return rows
    .flatMap(({ id, created_at: createdAt, last_used_at, device, provider: way }) =>
      id === null ? [] : { id, createdAt, lastUsedAt: last_used_at ?? createdAt, device, way },
    )
    .sort((one, other) => other.lastUsedAt - one.lastUsedAt)
}

export async function living(
  queries: Queries,
  ids: readonly string[],
  now: number,
): Promise<{ id: string; user: User }[]> {
  if (ids.length === 0) return []
  const rows = await queries
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(userColumns)
    .select('sessions.id as session_id')
    .where('sessions.id', 'in', ids)
    .where('expires_at', '>', now)
    .where('disabled_at', 'is', null)
    .execute()
  return rows.flatMap((row) => (row.session_id === null ? [] : { id: row.session_id, user: toUser(row) }))
}
