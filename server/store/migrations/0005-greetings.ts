import { idType } from './id-type.ts'
import type { Migration } from './migration.ts'

/** When the companion last greeted a person by itself, and where. */
export const greetings: Migration = {
  name: '0005-greetings',
  kind: 'expanding',
  async up({ schema }, database) {
    // One column a statement: SQLite adds no more at once.
    await schema.alterTable('users').addColumn('greeted_at', 'bigint').execute()
    await schema.alterTable('users').addColumn('greeting_id', idType(database)).execute()
  },
}
