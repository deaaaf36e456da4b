import type { User } from './accounts.ts'
import type { Database, Queries } from './database.ts'
import { noteRevocation } from './revocations.ts'
import type { ApiKeysTable } from './schema-accounts.ts'
import { toUser, userColumns } from './user-rows.ts'

/** Most keys of one person that are in force. */
export const maxApiKeysPerUser = 20

/** Most keys of one person that are over and still told of, in their export; a new one makes the oldest of more go. */
export const maxEndedApiKeysPerUser = 20

/** A key for programs. The key itself is shown once; the store has its hash, and a prefix to know it by. */
export interface ApiKey {
  readonly id: string
  readonly userId: string
  readonly prefix: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
}

export const isInForce = ({ revokedAt, expiresAt }: ApiKey, now: number): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now)

const endOf = ({ revokedAt, expiresAt }: ApiKey): number =>
  Math.min(revokedAt ?? Number.POSITIVE_INFINITY, expiresAt ?? Number.POSITIVE_INFINITY)

export interface ApiKeyStore {
  /** @returns false past `maxApiKeysPerUser`. */
  create(key: Omit<ApiKey, 'lastUsedAt' | 'revokedAt'> & { hash: string }): Promise<boolean>
  /** One in force, of a user who is not disabled, with the hash as it is stored. */
  find(hash: string, now: number): Promise<{ key: ApiKey; hash: string; user: User } | undefined>
  /** Newest first, with those that ended last. */
  list(userId: string): Promise<ApiKey[]>
  /** Notes a use, unless one after `unlessAfter` is noted: of many at once, on many hubs, one is written. */
  noteUse(id: string, use: { now: number; unlessAfter: number }): Promise<void>
  revoke(userId: string, id: string, now: number): Promise<boolean>
  /** Which of these keys are in force; what is left out is over. */
  living(ids: readonly string[], now: number): Promise<{ id: string; user: User }[]>
}

export function createApiKeyStore(database: Database): ApiKeyStore {
  return {
    create: (key) =>
      database.write(async (queries) => {
        await database.lockUser(queries, key.userId)
        return create(queries, key)
      }),
    find: (hash, now) => database.read((queries) => find(queries, hash, now)),
    list: (userId) => database.read((queries) => list(queries, userId)),
    noteUse: (id, { now, unlessAfter }) =>
      database.write(async (queries) => {
        await queries
          .updateTable('api_keys')
          .set({ last_used_at: now })
          .where('id', '=', id)
          .where(({ eb, or }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', unlessAfter)]))
          .execute()
      }),
    revoke: (userId, id, now) => database.write((queries) => revoke(queries, { userId, id }, now)),
    living: (ids, now) => database.read((queries) => living(queries, ids, now)),
  }
}

async function create(
  queries: Queries,
  key: Omit<ApiKey, 'lastUsedAt' | 'revokedAt'> & { hash: string },
): Promise<boolean> {
  const keys = await list(queries, key.userId)
  const ended = keys.filter((one) => !isInForce(one, key.createdAt))
  if (keys.length - ended.length >= maxApiKeysPerUser) return false
  await forgetOldest(queries, ended)
  await queries
    .insertInto('api_keys')
    .values({
      id: key.id,
      user_id: key.userId,
      prefix: key.prefix,
      hash: key.hash,
      name: key.name,
      scopes_json: JSON.stringify(key.scopes),
      created_at: key.createdAt,
      expires_at: key.expiresAt,
    })
    .execute()
  return true
}

/** What is revoked was told to the hubs when it was, so nothing asks for these rows any more. */
async function forgetOldest(queries: Queries, ended: readonly ApiKey[]): Promise<void> {
  const oldest = ended.toSorted((one, other) => endOf(other) - endOf(one)).slice(maxEndedApiKeysPerUser)
  if (oldest.length === 0) return
  const ids = oldest.map(({ id }) => id)
  await queries.deleteFrom('api_keys').where('id', 'in', ids).execute()
}

const selectInForce = (queries: Queries, now: number) =>
  queries
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .select(userColumns)
    .where('revoked_at', 'is', null)
    .where('disabled_at', 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))

async function find(queries: Queries, hash: string, now: number) {
  const row = await selectInForce(queries, now)
    .select(['api_keys.id as key_id', 'user_id', 'prefix', 'api_keys.name as key_name', 'scopes_json'])
    .select(['api_keys.created_at as made_at', 'expires_at', 'last_used_at', 'revoked_at', 'hash'])
    .where('hash', '=', hash)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const key = toApiKey({ ...row, id: row.key_id, name: row.key_name, created_at: row.made_at })
  return { key, hash: row.hash, user: toUser(row) }
}

async function list(queries: Queries, userId: string): Promise<ApiKey[]> {
  const rows = await queries
    .selectFrom('api_keys')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .execute()
  return rows.map(toApiKey)
}

async function revoke(
  queries: Queries,
  { userId, id }: { userId: string; id: string },
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  await noteRevocation(queries, { userId, kind: 'ended', ended: [id], at: now })
  return true
}

async function living(
  queries: Queries,
  ids: readonly string[],
  now: number,
): Promise<{ id: string; user: User }[]> {
  if (ids.length === 0) return []
  const rows = await selectInForce(queries, now)
    .select('api_keys.id as key_id')
    .where('api_keys.id', 'in', ids)
    .execute()
  return rows.map((row) => ({ id: row.key_id, user: toUser(row) }))
}

const toApiKey = (row: Omit<ApiKeysTable, 'hash'>): ApiKey => ({
  id: row.id,
  userId: row.user_id,
  prefix: row.prefix,
  name: row.name,
  scopes: JSON.parse(row.scopes_json),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
})
