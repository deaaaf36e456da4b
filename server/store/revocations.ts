import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Role } from './accounts.ts'
import type { Database, Queries } from './database.ts'

/**
 * Access that was changed, for every hub to know: `ended` names sessions and keys that are over, `everything` ends all
 * of the user's, `changed` means that the user's name or role is another.
 */
export interface Revocation {
  readonly id: string
  readonly userId: string
  readonly kind: 'ended' | 'everything' | 'changed'
  /** Ids of sessions and keys. */
  readonly ended: readonly string[]
  readonly role?: Role
  readonly at: number
}

/** Written in the transaction that takes access away, and kept until the bus has it. */
export interface RevocationStore {
  /** Oldest first. */
  pending(limit: number): Promise<Revocation[]>
  /** The bus has it. */
  markTold(id: string): Promise<void>
}

export function createRevocationStore(database: Database): RevocationStore {
  return {
    pending: (limit) => database.read((queries) => pending(queries, limit)),
    markTold: (id) =>
      database.write(async (queries) => {
        await queries.deleteFrom('revocations').where('id', '=', id).execute()
      }),
  }
}

/** Within the transaction that changes access. */
export async function noteRevocation(
  queries: Queries,
  { userId, kind, at, ended = [], role }: Omit<Revocation, 'id' | 'ended'> & { ended?: readonly string[] },
): Promise<void> {
  if (kind === 'ended' && ended.length === 0) return
  await queries
    .insertInto('revocations')
    .values({
      id: uuidv7(at),
      user_id: userId,
      revocation_json: JSON.stringify({ kind, ended, ...(role && { role }) }),
      created_at: at,
    })
    .execute()
}

async function pending(queries: Queries, limit: number): Promise<Revocation[]> {
  const rows = await queries.selectFrom('revocations').selectAll().orderBy('id').limit(limit).execute()
  return rows.map((row) => {
    const said: Pick<Revocation, 'kind' | 'ended' | 'role'> = JSON.parse(row.revocation_json)
    return { id: row.id, userId: row.user_id, ...said, at: row.created_at }
  })
}
