import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Database, Queries } from './database.ts'
import type { UsersTable } from './schema.ts'
import type { AccountStore, User } from './store.ts'

const userColumns = ['users.id', 'users.name', 'users.kind', 'users.created_at'] as const

export function createAccountStore(database: Database): AccountStore {
  return {
    createUser: (user) => database.write((queries) => insertUser(queries, user)),
    findUser: (id) =>
      database.read(async (queries) => {
        const row = await queries
          .selectFrom('users')
          .select(userColumns)
          .where('id', '=', id)
          .executeTakeFirst()
        return row && toUser(row)
      }),
    createSession: ({ tokenHash, userId, createdAt, expiresAt }) =>
      database.write(async (queries) => {
        await queries
          .insertInto('sessions')
          .values({ token_hash: tokenHash, user_id: userId, created_at: createdAt, expires_at: expiresAt })
          .execute()
      }),
    findSession: (tokenHash, now) => database.read((queries) => findSession(queries, tokenHash, now)),
    extendSession: (tokenHash, expiresAt) =>
      database.write(async (queries) => {
        await queries
          .updateTable('sessions')
          .set({ expires_at: expiresAt })
          .where('token_hash', '=', tokenHash)
          .execute()
      }),
    deleteSession: (tokenHash) =>
      database.write(async (queries) => {
        await queries.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute()
      }),
    deleteExpiredSessions: (now) =>
      database.write(async (queries) => {
        await queries.deleteFrom('sessions').where('expires_at', '<=', now).execute()
      }),
    deleteUnusedGuests: (unused) => database.write((queries) => deleteUnusedGuests(queries, unused)),
    createOwnerLink: (link) => database.write((queries) => replaceOwnerLink(queries, link)),
    claimOwnerLink: (tokenHash, now) => database.write((queries) => claimOwnerLink(queries, tokenHash, now)),
  }
}

/** A second time is no error: whoever lost the answer of the first asks again. */
async function insertUser(queries: Queries, user: User): Promise<void> {
  await queries
    .insertInto('users')
    .values({ id: user.id, name: user.name, kind: user.kind, created_at: user.createdAt })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

async function findSession(queries: Queries, tokenHash: string, now: number) {
  const row = await queries
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select([...userColumns, 'sessions.expires_at'])
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && { user: toUser(row), expiresAt: row.expires_at }
}

/** Whoever says something takes a number from their own row, so one who does so at this moment is spared. */
async function deleteUnusedGuests(
  queries: Queries,
  {
    createdBefore,
    sessionsEndBefore,
    limit,
  }: { createdBefore: number; sessionsEndBefore: number; limit: number },
): Promise<number> {
  const { numDeletedRows } = await queries
    .deleteFrom('users')
    .where('kind', '=', 'guest')
    .where('last_ordinal', '=', 0)
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('users as guests')
        .select('guests.id')
        .where('guests.kind', '=', 'guest')
        .where('guests.last_ordinal', '=', 0)
        .where('guests.created_at', '<', createdBefore)
        .where(({ exists, not, selectFrom }) =>
          not(
            exists(
              selectFrom('sessions')
                .select('token_hash')
                .whereRef('sessions.user_id', '=', 'guests.id')
                .where('expires_at', '>=', sessionsEndBefore),
            ),
          ),
        )
        .orderBy('guests.created_at')
        .limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

async function replaceOwnerLink(
  queries: Queries,
  { tokenHash, expiresAt }: { tokenHash: string; expiresAt: number },
): Promise<void> {
  const link = { token_hash: tokenHash, expires_at: expiresAt }
  await queries
    .insertInto('owner_links')
    .values({ slot: 'owner', ...link })
    .onConflict((conflict) => conflict.column('slot').doUpdateSet(link))
    .execute()
}

/** Removing the link is what uses it up: of two who come with the same one, one removes it. */
async function claimOwnerLink(queries: Queries, tokenHash: string, now: number): Promise<User | undefined> {
  const claimed = await queries
    .deleteFrom('owner_links')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  if (claimed.numDeletedRows === 0n) return undefined
  const owner = await queries
    .selectFrom('users')
    .select(userColumns)
    .where('kind', '=', 'owner')
    .orderBy('created_at')
    .executeTakeFirst()
  if (owner) return toUser(owner)
  const user: User = { id: uuidv7(now), name: 'Owner', kind: 'owner', createdAt: now }
  await insertUser(queries, user)
  return user
}

const toUser = (row: Pick<UsersTable, 'id' | 'name' | 'kind' | 'created_at'>): User => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  createdAt: row.created_at,
})
