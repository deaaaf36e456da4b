import { selectSummaries, toSummary } from './conversation-summary.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Database, Queries } from './database.ts'
import { deleteConversation, purgeDeleted, restoreConversation } from './deletion.ts'
import { fold } from './fold.ts'
import { findGreeting } from './greeting.ts'
import type { ConversationKey } from './messages.ts'
import { readMessage, readPath, selectBranch } from './messages.ts'
import { oneSearchEach } from './one-search-each.ts'
import type { ConversationsTable } from './schema.ts'
import type {
  Conversation,
  ConversationPatch,
  ConversationStore,
  ConversationSummary,
  Page,
} from './store.ts'
import { openStates } from './succession.ts'

export function createConversationStore(database: Database): ConversationStore {
  return {
    list: (userId, page) => database.read((queries) => list(queries, userId, page)),
    search: oneSearchEach((userId, query, limit) => database.search(userId, { query, limit })),
    find: (userId, id) => database.read((queries) => find(queries, { userId, id })),
    update: (userId, id, patch) => database.write((queries) => update(queries, { userId, id }, patch)),
    setModelTitle: (userId, id, title) =>
      database.write((queries) => setModelTitle(queries, { userId, id }, title)),
    delete: (userId, id, now) => deleteConversation(database, { userId, id }, now),
    restore: (userId, id) => database.write((queries) => restoreConversation(queries, { userId, id })),
    purgeDeleted: (before, limit) => purgeDeleted(database, before, limit),
    path: (userId, id, page) => database.read((queries) => readPath(queries, { userId, id }, page)),
    message: (userId, id, messageId) =>
      database.read((queries) => readMessage(queries, { userId, id }, messageId)),
    selectBranch: (userId, id, messageId) =>
      database.write((queries) => selectBranch(queries, { userId, id }, messageId)),
    openRequests: (userId, id) => database.read((queries) => openRequests(queries, { userId, id })),
    findGreeting: (userId, since) => database.read((queries) => findGreeting(queries, userId, since)),
  }
}

async function list(
  queries: Queries,
  userId: string,
  { limit, before }: { limit: number; before?: string },
): Promise<Page<ConversationSummary>> {
  const place = before === undefined ? undefined : decodeCursor(before)
  const rows = await selectSummaries(queries, userId)
    .$if(place !== undefined, (query) =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('updated_at', 'id'), '<', tuple(place?.updatedAt ?? 0, place?.id ?? '')),
      ),
    )
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(toSummary)
  const last = items.at(-1)
  return rows.length > limit && last ? { items, next: encodeCursor(last) } : { items }
}

async function find(queries: Queries, { userId, id }: ConversationKey): Promise<Conversation | undefined> {
  const row = await queries
    .selectFrom('conversations')
    .select(['id', 'title', 'title_source', 'system_prompt', 'temperature', 'max_tokens', 'model'])
    .select(['active_leaf_id', 'created_at', 'updated_at'])
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row && toConversation(row)
}

type ConversationRow = Pick<
  ConversationsTable,
  | 'id'
  | 'title'
  | 'title_source'
  | 'system_prompt'
  | 'temperature'
  | 'max_tokens'
  | 'model'
  | 'active_leaf_id'
  | 'created_at'
  | 'updated_at'
>

export const toConversation = (row: ConversationRow): Conversation => ({
  id: row.id,
  title: row.title,
  titleSource: row.title_source,
  systemPrompt: row.system_prompt,
  temperature: row.temperature,
  maxTokens: row.max_tokens,
  model: row.model,
  activeLeafId: row.active_leaf_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

async function update(
  queries: Queries,
  { userId, id }: ConversationKey,
  patch: ConversationPatch,
): Promise<boolean> {
  const { title, systemPrompt, temperature, maxTokens, model } = patch
  const changes = {
    ...(title === undefined ? {} : { title, title_source: 'person' as const, search_title: fold(title) }),
    ...(systemPrompt === undefined ? {} : { system_prompt: systemPrompt }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(model === undefined ? {} : { model }),
  }
  const { numUpdatedRows } = await queries
    .updateTable('conversations')
    // An empty patch still has to tell whether the conversation is there.
    .set({ id, ...changes })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function setModelTitle(
  queries: Queries,
  { userId, id }: ConversationKey,
  title: string,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('conversations')
    .set({ title, title_source: 'model', search_title: fold(title) })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .where('title_source', '!=', 'person')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function openRequests(queries: Queries, { userId, id }: ConversationKey): Promise<string[]> {
  const open = await queries
    .selectFrom('requests')
    .innerJoin('conversations', 'conversations.id', 'requests.conversation_id')
    .select('request_id')
    .where('requests.user_id', '=', userId)
    .where('conversation_id', '=', id)
    .where('state', 'in', openStates)
    .where('deleted_at', 'is', null)
    .orderBy('ordinal')
    .execute()
  return open.map((row) => row.request_id)
}
