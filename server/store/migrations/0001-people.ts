import { idType } from './id-type.ts'
import type { Migration } from './migration.ts'

export const people: Migration = {
  name: '0001-people',
  kind: 'expanding',
  async up({ schema }, database) {
    const id = idType(database)
    await schema
      .createTable('users')
      .addColumn('id', id, (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('last_ordinal', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
    await schema
      .createTable('sessions')
      .addColumn('token_hash', id, (column) => column.primaryKey())
      .addColumn('user_id', id, (column) => column.notNull().references('users.id').onDelete('cascade'))
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema.createIndex('sessions_by_user').on('sessions').column('user_id').execute()
    await schema.createIndex('sessions_by_end').on('sessions').column('expires_at').execute()
    await schema
      .createTable('owner_links')
      .addColumn('slot', id, (column) => column.primaryKey())
      .addColumn('token_hash', id, (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
  },
}
