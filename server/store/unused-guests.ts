import type { Queries } from './database.ts'

/** Whoever says something takes a number from their own row, so one who does so at this moment is spared. */
export async function deleteUnusedGuests(
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
