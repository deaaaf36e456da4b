import { searchTextOf } from '../people-search.ts'
import type { Migration } from './migration.ts'

/** What the search of people compares, of those who are here already too. */
export const peopleSearch: Migration = {
  name: '0007-people-search',
  kind: 'expanding',
  async up(queries) {
    await queries.schema
      .alterTable('users')
      .addColumn('search_text', 'text', (column) => column.notNull().defaultTo(''))
      .execute()
    const people = await queries
      .selectFrom('users')
      .select(['id', 'name', 'email'])
      .where('kind', '!=', 'guest')
      .execute()
    for (const { id, ...person } of people)
      await queries
        .updateTable('users')
        .set({ search_text: searchTextOf(person) })
        .where('id', '=', id)
        .execute()
  },
}
