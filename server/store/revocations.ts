import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Role } from './accounts.ts'
import type { Database, Queries } from './database.ts'
import { holdUntilCommit } from './noted-revocations.ts'

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
  /** Oldest first, after the one with this id. */
  pending(limit: number, after?: string): Promise<Revocation[]>
  /** What transactions of this process noted since it was last asked, committed. Needs no database. */
  takeNoted(): Promise<Revocation[]>
  /** The bus has it. */
  markTold(id: string): Promise<void>
}

export function createRevocationStore(database: Database, takeNoted: () => Revocation[]): RevocationStore {
  return {
    pending: (limit, after) => database.read((queries) => pending(queries, limit, after)),
    takeNoted: async () => takeNoted(),
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
  const id = uuidv7(at)
  await queries
    .insertInto('revocations')
    .values({
      id,
      user_id: userId,
      revocation_json: JSON.stringify({ kind, ended, ...(role && { role }) }),
      created_at: at,
    })
    .execute()
  holdUntilCommit(queries, { id, userId, kind, ended, at, ...(role && { role }) })
}

async function pending(queries: Queries, limit: number, after?: string): Promise<Revocation[]> {
  const rows = await queries
    .selectFrom('revocations')
    .selectAll()
    .$if(after !== undefined, (query) => query.where('id', '>', after ?? ''))
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => {
    const said: Pick<Revocation, 'kind' | 'ended' | 'role'> = JSON.parse(row.revocation_json)
    return { id: row.id, userId: row.user_id, ...said, at: row.created_at }
  })
}
