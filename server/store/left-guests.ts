import type { ExpressionBuilder } from 'kysely'
import type { Queries } from './database.ts'
import type { Schema } from './schema.ts'

export interface LeftGuests {
  readonly leftBefore: number
  readonly now: number
  readonly limit: number
}

/**
 * See `GuestStore.findLeft`. A guest is the cookie of one browser, so whoever was left stays so. Those who never said
 * anything go by themselves (`unused-guests.ts`).
 */
export async function findLeftGuests(
  queries: Queries,
  { leftBefore, now, limit }: LeftGuests,
): Promise<string[]> {
  await queries
    .updateTable('users')
    .set({ left_at: now })
    .where('left_at', 'is', null)
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('users as guests')
        .select('guests.id')
        .where('guests.left_at', 'is', null)
        .where(isOutOfReach(now))
        .limit(limit),
    )
    .execute()
  const rows = await queries
    .selectFrom('users as guests')
    .select('guests.id')
    .where('guests.left_at', '<', leftBefore)
    .where(isOutOfReach(now))
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

type Guests = ExpressionBuilder<Schema & { guests: Schema['users'] }, 'guests'>

const isOutOfReach =
  (now: number) =>
  ({ and, eb, exists, not, selectFrom }: Guests) =>
    and([
      eb('guests.kind', '=', 'guest'),
      eb('guests.last_ordinal', '>', 0),
      ...(['sessions.user_id', 'sessions.guest_id'] as const).map((whose) =>
        not(
          exists(
            selectFrom('sessions')
              .select('token_hash')
              .whereRef(whose, '=', 'guests.id')
              .where('expires_at', '>', now),
          ),
        ),
      ),
    ])
