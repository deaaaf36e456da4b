import { CodedError } from '../../bus/contract/errors.ts'
import type { Database, Queries } from './database.ts'

/**
 * Within a transaction that takes an admin away: holds that another is left who is let in. Such transactions wait for
 * each other here, so of the last two admins who remove one another one stays.
 *
 * @throws CodedError `conflict` where this is the last one.
 */
export async function requireAnotherAdmin(
  queries: Queries,
  { kind }: Pick<Database, 'kind'>,
  id: string,
): Promise<void> {
  const admins = enabledAdmins(queries).orderBy('id')
  // SQLite has one writer at a time, and no words for locking a row.
  const present = await (kind === 'postgres' ? admins.forNoKeyUpdate() : admins).execute()
  if (present.length === 1 && present[0]?.id === id)
    throw new CodedError('conflict', 'This is the last admin. Make somebody else one first.')
}

/** The ids of all admins who are let in. */
export const enabledAdmins = (queries: Queries) =>
  queries
    .selectFrom('users')
    .select('users.id')
    .where(({ eb, or }) => or([eb('role', '=', 'admin'), eb('kind', '=', 'owner')]))
    .where('disabled_at', 'is', null)
