import { type Selectable, sql } from 'kysely'
import { truncate } from '../../bus/contract/text.ts'
import { selectSummaries, toSummary } from './conversation-summary.ts'
import type { Queries } from './database.ts'
import { fold } from './fold.ts'
import { plainWords } from './plain-words.ts'
import type { Schema } from './schema.ts'
import { snippetOf } from './snippet.ts'
import type { ConversationSummary } from './store.ts'

/** Longer queries are cut to this many code units and words: each word is another look at every message. */
const maxQueryLength = 200
const maxWords = 8

/**
 * See `ConversationStore.search`. A conversation is found when each of the words stands in its title or in one and the
 * same message; the newest such message gives the snippet.
 */
export async function searchConversations(
  queries: Queries,
  userId: string,
  { query, limit }: { query: string; limit: number },
): Promise<ConversationSummary[]> {
  const words = wordsOf(query)
  if (words.length === 0) return []
  const rows = await selectSummaries(queries, userId)
    .select(newestHit(words).as('hit_id'))
    .where(sql<boolean>`(${allInTitle(words)} or exists (${hits(words)}))`)
    .limit(limit)
    .execute()
  const hitMessages = await readHits(queries, rows)
  return rows.map((row) => {
    const hit = row.hit_id === null ? undefined : hitMessages.get(row.hit_id)
    const snippet = hit && snippetAsShown(hit, words)
    return snippet === undefined ? toSummary(row) : { ...toSummary(row), snippet }
  })
}

type Hit = Pick<Selectable<Schema['messages']>, 'role' | 'content'>

/** Replies are shown as Markdown and people's words as they are. A word may stand in a mark alone: a link's address. */
const snippetAsShown = ({ role, content }: Hit, words: readonly string[]): string | undefined =>
  (role === 'assistant' ? snippetOf(plainWords(content), words) : undefined) ?? snippetOf(content, words)

const wordsOf = (query: string): string[] =>
  [...new Set(fold(truncate(query, maxQueryLength)).split(/\s+/u).filter(Boolean))].slice(0, maxWords)

const allInTitle = (words: readonly string[]) =>
  sql.join(
    words.map((word) => sql`conversations.search_title ${likeWord(word)}`),
    sql` and `,
  )

const newestHit = (words: readonly string[]) =>
  sql<string | null>`(${hits(words)} order by messages.ordinal desc limit 1)`

/** Messages of a conversation that have at least one of the words themselves, and the others there or in the title. */
const hits = (words: readonly string[]) => {
  const inMessage = words.map((word) => sql`messages.search_text ${likeWord(word)}`)
  const inEither = words.map(
    (word) => sql`(messages.search_text ${likeWord(word)} or conversations.search_title ${likeWord(word)})`,
  )
  return sql`select messages.id from messages where messages.conversation_id = conversations.id
    and ${sql.join(inEither, sql` and `)} and (${sql.join(inMessage, sql` or `)})`
}

const likeWord = (word: string) => sql`like ${`%${word.replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`

async function readHits(
  queries: Queries,
  rows: readonly { hit_id: string | null }[],
): Promise<Map<string, Hit>> {
  const ids = rows.flatMap(({ hit_id }) => hit_id ?? [])
  if (ids.length === 0) return new Map()
  const found = await queries
    .selectFrom('messages')
    .select(['id', 'role', 'content'])
    .where('id', 'in', ids)
    .execute()
  return new Map(found.map((hit) => [hit.id, hit]))
}
