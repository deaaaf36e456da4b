import { uuidv7 } from '../../bus/contract/ids.ts'
import type { User } from './accounts.ts'
import type { Queries } from './database.ts'
import { insertUser, toUser, userColumns } from './user-rows.ts'

/** See `AccountStore.createOwnerLink`. */
export async function replaceOwnerLink(
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
export async function claimOwnerLink(
  queries: Queries,
  tokenHash: string,
  now: number,
): Promise<User | undefined> {
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
  const user: User = {
    id: uuidv7(now),
    name: 'Owner',
    kind: 'owner',
    role: 'admin',
    email: null,
    createdAt: now,
  }
  await insertUser(queries, user)
  return user
}
