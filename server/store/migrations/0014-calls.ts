import { idType } from './id-type.ts'
import type { Migration } from './migration.ts'

/** Calls that people have, and up to where an answer was heard that was interrupted. */
export const calls: Migration = {
  name: '0014-calls',
  kind: 'expanding',
  async up({ schema }, database) {
    const id = idType(database)
    await schema
      .createTable('calls')
      .addColumn('id', id, (column) => column.primaryKey())
      .addColumn('user_id', id, (column) => column.notNull().references('users.id').onDelete('cascade'))
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema.createIndex('calls_by_user').on('calls').column('user_id').execute()
    await schema.alterTable('requests').addColumn('heard_offset', 'bigint').execute()
  },
}
