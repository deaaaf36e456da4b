import type { Migration } from './migration.ts'

/**
 * What the search of people compares. It is filled in batches by the hubs' chores (`fillSearchTexts`), since a look at
 * everybody in here would hold up the hubs that serve meanwhile.
 */
export const peopleSearch: Migration = {
  name: '0007-people-search',
  kind: 'expanding',
  async up({ schema }) {
    await schema
      .alterTable('users')
      .addColumn('search_text', 'text', (column) => column.notNull().defaultTo(''))
      .execute()
  },
}
