import type { Queries } from '../database.ts'
import type { idType } from './id-type.ts'

/** The part of `0003-accounts` for what the house writes down: acts, counts, settings, and what is to be told hubs. */
export async function createRecords(schema: Queries['schema'], id: ReturnType<typeof idType>): Promise<void> {
  // Without references: what was done is known after those who did it are gone.
  await schema
    .createTable('audit_log')
    .addColumn('id', id, (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('act', 'text', (column) => column.notNull())
    .addColumn('actor_id', id)
    .addColumn('subject_id', id)
    .addColumn('address', 'text')
    .addColumn('facts_json', 'text', (column) => column.notNull().defaultTo('{}'))
    .execute()
  await schema.createIndex('audit_log_by_time').on('audit_log').columns(['at', 'id']).execute()
  await schema.createIndex('audit_log_by_subject').on('audit_log').columns(['subject_id', 'at']).execute()
  await schema
    .createTable('limit_counters')
    .addColumn('key', id, (column) => column.notNull())
    .addColumn('window_start', 'bigint', (column) => column.notNull())
    .addColumn('count', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('limit_counters_key', ['key', 'window_start'])
    .execute()
  await schema.createIndex('limit_counters_by_time').on('limit_counters').column('window_start').execute()
  await schema
    .createTable('house_settings')
    .addColumn('name', id, (column) => column.primaryKey())
    .addColumn('value_json', 'text', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addColumn('changed_by', id)
    .execute()
  await schema
    .createTable('revocations')
    .addColumn('id', id, (column) => column.primaryKey())
    .addColumn('user_id', id, (column) => column.notNull())
    .addColumn('revocation_json', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
}
