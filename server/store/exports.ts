import { toConversation } from './conversations.ts'
import type { Database, Queries } from './database.ts'
import { messageColumns, toMessage } from './message-rows.ts'
import type { Conversation, Message } from './store.ts'

/** A message of any branch. */
export interface ExportedMessage extends Omit<Message, 'siblings'> {
  /** Rises with each thing its person made. */
  readonly ordinal: number
}

/**
 * Everything a person said and was told, page by page, in an order that does not change while they go on: by id, and by
 * the order in which messages were made. Each page is the next `limit` ones after `after`.
 */
export interface ExportStore {
  conversations(userId: string, page: { limit: number; after?: string }): Promise<Conversation[]>
  /** All branches; nothing of somebody else's conversation. */
  messages(
    userId: string,
    conversationId: string,
    page: { limit: number; after?: number },
  ): Promise<ExportedMessage[]>
}

export function createExportStore(database: Database): ExportStore {
  return {
    conversations: (userId, page) => database.read((queries) => readConversations(queries, userId, page)),
    messages: (userId, id, page) => database.read((queries) => readMessages(queries, { userId, id }, page)),
  }
}

async function readConversations(
  queries: Queries,
  userId: string,
  { limit, after }: { limit: number; after?: string },
): Promise<Conversation[]> {
  let query = queries.selectFrom('conversations').selectAll().where('user_id', '=', userId)
  if (after !== undefined) query = query.where('id', '>', after)
  const rows = await query.where('deleted_at', 'is', null).orderBy('id').limit(limit).execute()
  return rows.map(toConversation)
}

async function readMessages(
  queries: Queries,
  { userId, id }: { userId: string; id: string },
  { limit, after = 0 }: { limit: number; after?: number },
): Promise<ExportedMessage[]> {
  const rows = await queries
    .selectFrom('messages')
    .innerJoin('conversations', 'conversations.id', 'messages.conversation_id')
    .leftJoin('requests', (join) =>
      join.onRef('requests.request_id', '=', 'messages.id').on('requests.user_id', '=', userId),
    )
    .select(messageColumns)
    .select('messages.ordinal')
    .where('messages.conversation_id', '=', id)
    .where('conversations.user_id', '=', userId)
    .where('conversations.deleted_at', 'is', null)
    .where('messages.ordinal', '>', after)
    .orderBy('messages.ordinal')
    .limit(limit)
    .execute()
  return rows.map(({ ordinal, ...row }) => {
    const { siblings: _, ...message } = toMessage(row, [])
    return { ...message, ordinal }
  })
}
