import type { Database, Queries } from '../database.ts'

/**
 * One step of the schema's history, the same for both databases.
 *
 * Hubs of two versions run side by side while a new one is rolled out, so a change comes in two releases. First it
 * expands: a new table, a column with a default, an index; a hub that does not know of it works on, because queries
 * name their columns. When no hub of the old kind can be running any more, a later release contracts: drops or
 * tightens what nobody uses. A hub that finds a contracting step it does not know refuses to start.
 *
 * A step that has been released is never changed.
 */
export interface Migration {
  /** Number and subject; the key under which it is recorded. */
  readonly name: string
  readonly kind: 'expanding' | 'contracting'
  up(queries: Queries, database: Database['kind']): Promise<void>
}
