import type { Role } from './accounts.ts'
import type { Database, Queries } from './database.ts'
import { enabledAdmins } from './last-admin.ts'
import type { InvitationsTable } from './schema-accounts.ts'

/**
 * A way in for one person, while whoever made it is an admin who is let in: else an admin who was removed could come back
 * by it. Its link holds a token, of which the store keeps only the hash.
 */
export interface Invitation {
  readonly id: string
  readonly role: Role
  /** For whom it is, in the admin's words. */
  readonly note: string
  readonly createdBy: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly usedBy: string | null
  readonly usedAt: number | null
}

export interface InvitationStore {
  create(invitation: Omit<Invitation, 'usedBy' | 'usedAt'> & { tokenHash: string }): Promise<void>
  /** One that can still be used; `IdentityStore.signUp` uses it. */
  find(tokenHash: string, now: number): Promise<Invitation | undefined>
  /** Newest first. */
  list(limit: number): Promise<Invitation[]>
  /** Takes one back that was not used. */
  delete(id: string): Promise<boolean>
}

export function createInvitationStore(database: Database): InvitationStore {
  return {
    create: (invitation) => database.write((queries) => insert(queries, invitation)),
    find: (tokenHash, now) =>
      database.read(async (queries) => {
        const row = await selectUsable(queries, tokenHash, now).executeTakeFirst()
        return row && toInvitation(row)
      }),
    list: (limit) =>
      database.read(async (queries) => {
        const newest = queries.selectFrom('invitations').selectAll().orderBy('created_at', 'desc')
        return (await newest.limit(limit).execute()).map(toInvitation)
      }),
    delete: (id) =>
      database.write(async (queries) => {
        const unused = queries.deleteFrom('invitations').where('id', '=', id).where('used_at', 'is', null)
        return (await unused.executeTakeFirst()).numDeletedRows > 0n
      }),
  }
}

/** Of two who come with the same invitation, one uses it. */
export async function claimInvitation(
  queries: Queries,
  tokenHash: string,
  { usedBy, now }: { usedBy: string; now: number },
): Promise<Invitation | undefined> {
  const row = await queries
    .updateTable('invitations')
    .set({ used_by: usedBy, used_at: now })
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .where('used_at', 'is', null)
    .where('created_by', 'in', enabledAdmins(queries))
    .returningAll()
    .executeTakeFirst()
  return row && toInvitation(row)
}

/** Of somebody who is gone: that the invitation was used is known, and neither by whom nor for whom it was. */
export async function forgetInvited(queries: Queries, userId: string): Promise<void> {
  await queries
    .updateTable('invitations')
    .set({ used_by: null, note: '' })
    .where('used_by', '=', userId)
    .execute()
}

async function insert(
  queries: Queries,
  invitation: Omit<Invitation, 'usedBy' | 'usedAt'> & { tokenHash: string },
): Promise<void> {
  await queries
    .insertInto('invitations')
    .values({
      id: invitation.id,
      token_hash: invitation.tokenHash,
      role: invitation.role,
      note: invitation.note,
      created_by: invitation.createdBy,
      created_at: invitation.createdAt,
      expires_at: invitation.expiresAt,
    })
    .execute()
}

const selectUsable = (queries: Queries, tokenHash: string, now: number) =>
  queries
    .selectFrom('invitations')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .where('used_at', 'is', null)
    .where('created_by', 'in', enabledAdmins(queries))

const toInvitation = (row: InvitationsTable): Invitation => ({
  id: row.id,
  role: row.role,
  note: row.note,
  createdBy: row.created_by,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  usedBy: row.used_by,
  usedAt: row.used_at,
})
