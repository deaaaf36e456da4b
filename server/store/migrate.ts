import type { Database, Queries } from './database.ts'
import { migrations } from './migrations/all.ts'
import type { Migration } from './migrations/migration.ts'

/** A store that this version could only damage. */
export class NewerStoreError extends Error {
  override readonly name = 'NewerStoreError'
}

/**
 * Applies what is missing of the history, all of it or nothing. Of several hubs that start at once one does it, and
 * the others find it done.
 * @throws NewerStoreError when the schema was contracted by a version newer than this one
 */
export async function migrate(database: Database, history: readonly Migration[] = migrations): Promise<void> {
  await database.migrate(async (queries) => {
    await createRecord(queries)
    const recorded = await queries.selectFrom('schema_migrations').select(['name', 'kind']).execute()
    const known = new Set(history.map(({ name }) => name))
    const tooNew = recorded.find(({ name, kind }) => kind === 'contracting' && !known.has(name))
    if (tooNew) {
      throw new NewerStoreError(
        `The database belongs to a newer version of Companions (${tooNew.name}). Start that one.`,
      )
    }
    const done = new Set(recorded.map(({ name }) => name))
    for (const migration of history) {
      if (!done.has(migration.name)) await apply(queries, database.kind, migration)
    }
  })
}

async function createRecord({ schema }: Queries): Promise<void> {
  await schema
    .createTable('schema_migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .execute()
}

async function apply(queries: Queries, database: Database['kind'], migration: Migration): Promise<void> {
  await migration.up(queries, database)
  const { name, kind } = migration
  await queries.insertInto('schema_migrations').values({ name, kind, applied_at: Date.now() }).execute()
}
