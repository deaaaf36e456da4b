import type { User } from './accounts.ts'
import type { Database, Queries } from './database.ts'
import type { PasskeysTable } from './schema-accounts.ts'
import { toUser, userColumns } from './user-rows.ts'
import { isLastWayIn, type OfferedWays } from './ways-in.ts'

/** Most passkeys of one person. */
export const maxPasskeysPerUser = 20

/** A WebAuthn credential; ids and keys in base64url. */
export interface NewPasskey {
  readonly credentialId: string
  readonly publicKey: string
  readonly counter: number
  readonly transports: readonly string[]
  readonly backedUp: boolean
  /** The person's own name for it. */
  readonly name: string
  /** The relying party's id: the house's name by which it works. */
  readonly rpId?: string | null
}

export interface Passkey extends NewPasskey {
  readonly userId: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
  /** Null: not known of one that was not used since an older hub made it. */
  readonly rpId: string | null
}

export interface PasskeyUse {
  readonly counter: number
  readonly backedUp: boolean
  readonly rpId: string
  readonly now: number
}

export interface PasskeyStore {
  /** @returns false past `maxPasskeysPerUser`, and for a credential that is there already. */
  add(userId: string, passkey: NewPasskey, now: number): Promise<boolean>
  /** Not those of a disabled user. */
  find(credentialId: string): Promise<{ passkey: Passkey; user: User } | undefined>
  list(userId: string): Promise<Passkey[]>
  /** Notes a use; the counter never goes back. */
  noteUse(credentialId: string, use: PasskeyUse): Promise<void>
  rename(userId: string, credentialId: string, name: string): Promise<boolean>
  /** `last`: nobody could sign in to the account any more by the ways that are offered. */
  remove(userId: string, credentialId: string, offered: OfferedWays): Promise<'removed' | 'last' | 'none'>
}

export function createPasskeyStore(database: Database): PasskeyStore {
  return {
    add: (userId, passkey, now) =>
      database.write(async (queries) => {
        await database.lockUser(queries, userId)
        if ((await list(queries, userId)).length >= maxPasskeysPerUser) return false
        return insertPasskey(queries, userId, passkey, now)
      }),
    find: (credentialId) => database.read((queries) => find(queries, credentialId)),
    list: (userId) => database.read((queries) => list(queries, userId)),
    noteUse: (credentialId, { counter, backedUp, rpId, now }) =>
      database.write(async (queries) => {
        await queries
          .updateTable('passkeys')
          .set({ counter, backed_up: backedUp ? 1 : 0, last_used_at: now, rp_id: rpId })
          .where('credential_id', '=', credentialId)
          .where('counter', '<=', counter)
          .execute()
      }),
    rename: (userId, credentialId, name) =>
      database.write(async (queries) => {
        const one = queries.updateTable('passkeys').set({ name }).where('user_id', '=', userId)
        const { numUpdatedRows } = await one.where('credential_id', '=', credentialId).executeTakeFirst()
        return numUpdatedRows > 0n
      }),
    remove: (userId, credentialId, offered) =>
      database.write(async (queries) => {
        await database.lockUser(queries, userId)
        return remove(queries, userId, credentialId, offered)
      }),
  }
}

export async function insertPasskey(
  queries: Queries,
  userId: string,
  passkey: NewPasskey,
  now: number,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('passkeys')
    .values({
      credential_id: passkey.credentialId,
      user_id: userId,
      public_key: passkey.publicKey,
      counter: passkey.counter,
      transports_json: JSON.stringify(passkey.transports),
      backed_up: passkey.backedUp ? 1 : 0,
      name: passkey.name,
      created_at: now,
      rp_id: passkey.rpId ?? null,
    })
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

async function find(queries: Queries, credentialId: string) {
  const row = await queries
    .selectFrom('passkeys')
    .selectAll()
    .where('credential_id', '=', credentialId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const user = await queries
    .selectFrom('users')
    .select(userColumns)
    .where('id', '=', row.user_id)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  return user && { passkey: toPasskey(row), user: toUser(user) }
}

async function list(queries: Queries, userId: string): Promise<Passkey[]> {
  const rows = await queries
    .selectFrom('passkeys')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .execute()
  return rows.map(toPasskey)
}

async function remove(queries: Queries, userId: string, credentialId: string, offered: OfferedWays) {
  const own = (await list(queries, userId)).find((one) => one.credentialId === credentialId)
  if (own === undefined) return 'none' as const
  if (await isLastWayIn(queries, userId, own, offered)) return 'last' as const
  await queries.deleteFrom('passkeys').where('credential_id', '=', credentialId).execute()
  return 'removed' as const
}

const toPasskey = (row: PasskeysTable): Passkey => ({
  credentialId: row.credential_id,
  userId: row.user_id,
  publicKey: row.public_key,
  counter: row.counter,
  transports: JSON.parse(row.transports_json),
  backedUp: row.backed_up === 1,
  name: row.name,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  rpId: row.rp_id,
})
