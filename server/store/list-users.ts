import type { Account } from './accounts.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Queries } from './database.ts'
import { conditionsOf } from './people-search.ts'
import type { Page } from './store.ts'
import { toAccount, userColumns } from './user-rows.ts'

/** Which people are listed. */
export interface PeoplePage {
  readonly limit: number
  /** Only those after this cursor, as an earlier page gave it. */
  readonly before?: string
  /** Words of which each stands in the name or the e-mail address, whatever its case and accents. */
  readonly query?: string
}

/** See `AccountStore.listUsers`. */
export async function listUsers(
  queries: Queries,
  { limit, before, query = '' }: PeoplePage,
): Promise<Page<Account>> {
  let wanted = queries.selectFrom('users').select(userColumns).where('kind', '!=', 'guest')
  for (const condition of conditionsOf(query)) wanted = wanted.where(condition)
  if (before !== undefined) {
    const { updatedAt: time, id } = decodeCursor(before)
    wanted = wanted.where(({ eb, or, and }) =>
      or([eb('created_at', '<', time), and([eb('created_at', '=', time), eb('id', '<', id)])]),
    )
  }
  const rows = await wanted
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(toAccount)
  const last = items.at(-1)
  if (rows.length <= limit || last === undefined) return { items }
  return { items, next: encodeCursor({ updatedAt: last.createdAt, id: last.id }) }
}
