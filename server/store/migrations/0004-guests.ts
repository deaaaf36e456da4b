import { randomBytes } from 'node:crypto'
import { idType } from './id-type.ts'
import type { Migration } from './migration.ts'

/** A name for the house itself, and what finds guests who never said anything. */
export const guests: Migration = {
  name: '0004-guests',
  kind: 'expanding',
  async up(queries, database) {
    const { schema } = queries
    await schema
      .createTable('house')
      .addColumn('slot', idType(database), (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()
    await queries
      .insertInto('house')
      .values({ slot: 'id', value: randomBytes(4).toString('hex') })
      .execute()
    await schema
      .createIndex('users_by_silence')
      .on('users')
      .columns(['kind', 'last_ordinal', 'created_at'])
      .execute()
  },
}
