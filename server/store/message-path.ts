import { sql } from 'kysely'
import type { Queries } from './database.ts'

/** The way from a message to the root: `path` with at most `limit` rows, `distance` 0 being the message itself. */
export const selectUpwards = (queries: Queries, start: string, limit: number) =>
  queries
    .withRecursive('path', (step) =>
      step
        .selectFrom('messages')
        .select(['id', 'parent_id', sql<number>`0`.as('distance')])
        .where('id', '=', start)
        .unionAll(
          step
            .selectFrom('messages')
            .innerJoin('path', 'path.parent_id', 'messages.id')
            .select(['messages.id', 'messages.parent_id', sql<number>`path.distance + 1`.as('distance')])
            .where('path.distance', '<', limit - 1),
        ),
    )
    .selectFrom('path')
