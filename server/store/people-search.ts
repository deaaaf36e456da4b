import { sql } from 'kysely'
import type { Queries } from './database.ts'
import { fold } from './fold.ts'

/** Each word is another look at every person. */
const maxWords = 5

/** What the search of people compares: name and e-mail address, folded. */
export const searchTextOf = ({ name, email }: { name: string; email: string | null }): string =>
  fold(`${name} ${email ?? ''}`)

/** After a change of somebody's name or address, in its transaction. */
export async function noteSearchText(queries: Queries, id: string): Promise<void> {
  const person = await queries
    .selectFrom('users')
    .select(['name', 'email'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (person === undefined) return
  await queries
    .updateTable('users')
    .set({ search_text: searchTextOf(person) })
    .where('id', '=', id)
    .execute()
}

/** Gives up to `limit` people a search text who have none: see the migration, and an older hub makes such. @returns how many */
export async function fillSearchTexts(queries: Queries, limit: number): Promise<number> {
  const people = await queries
    .selectFrom('users')
    .select(['id', 'name', 'email'])
    .where('search_text', '=', '')
    .where('kind', '!=', 'guest')
    .limit(limit)
    .execute()
  for (const { id, ...person } of people)
    await queries
      .updateTable('users')
      .set({ search_text: searchTextOf(person) })
      .where('id', '=', id)
      // A change of the name at this moment has written its own.
      .where('search_text', '=', '')
      .execute()
  return people.length
}

/** One condition for each word: it stands in the name or the address, whatever its case and accents. */
export const conditionsOf = (query: string) =>
  fold(query).split(/\s+/u).filter(Boolean).slice(0, maxWords).map(has)

/** Who has no search text yet, or was renamed by an older hub beside this one, is found by the ASCII letters. */
function has(word: string) {
  const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`(users.search_text like ${pattern} escape '\\' or lower(users.name) like ${pattern} escape '\\' or lower(coalesce(users.email, '')) like ${pattern} escape '\\')`
}
