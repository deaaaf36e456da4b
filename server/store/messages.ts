import { CodedError } from '../../bus/contract/errors.ts'
import { isUuid } from '../../bus/contract/ids.ts'
import type { Queries } from './database.ts'
import { selectUpwards } from './message-path.ts'
import { type MessageRow, messageColumns, toMessage } from './message-rows.ts'
import type { Message, Page } from './store.ts'

/** See `ConversationStore.path`. @throws CodedError `request_invalid` for a `before` that is no id. */
export async function readPath(
  queries: Queries,
  { userId, id }: ConversationKey,
  { limit, before }: { limit: number; before?: string },
): Promise<Page<Message> | undefined> {
  if (before !== undefined && !isUuid(before))
    throw new CodedError('request_invalid', 'The cursor is not one of ours')
  const conversation = await findConversation(queries, { userId, id })
  if (!conversation) return undefined
  const start =
    before === undefined ? conversation.active_leaf_id : await parentOf(queries, { userId, id }, before)
  if (start === null) return { items: [] }
  const rows = await selectUpwards(queries, start, limit + 1)
    .innerJoin('messages', 'messages.id', 'path.id')
    .leftJoin('requests', (join) =>
      join.onRef('requests.request_id', '=', 'messages.id').on('requests.user_id', '=', userId),
    )
    .select(messageColumns)
    .orderBy('path.distance')
    .execute()
  const page = rows.slice(0, limit).reverse()
  const items = await withSiblings(queries, id, page)
  const oldest = items[0]
  return rows.length > limit && oldest ? { items, next: oldest.id } : { items }
}

/** See `ConversationStore.message`. */
export async function readMessage(
  queries: Queries,
  { userId, id }: ConversationKey,
  messageId: string,
): Promise<Message | undefined> {
  if (!(await findConversation(queries, { userId, id }))) return undefined
  const rows = await queries
    .selectFrom('messages')
    .leftJoin('requests', (join) =>
      join.onRef('requests.request_id', '=', 'messages.id').on('requests.user_id', '=', userId),
    )
    .select(messageColumns)
    .where('messages.id', '=', messageId)
    .where('messages.conversation_id', '=', id)
    .execute()
  return (await withSiblings(queries, id, rows))[0]
}

/** See `ConversationStore.selectBranch`. The newest path is the one that ends in the newest message. */
export async function selectBranch(
  queries: Queries,
  { userId, id }: ConversationKey,
  messageId: string,
): Promise<boolean> {
  if (!(await findConversation(queries, { userId, id }))) return false
  const leafId = await newestBelow(queries, id, messageId)
  if (leafId === undefined) return false
  await queries.updateTable('conversations').set({ active_leaf_id: leafId }).where('id', '=', id).execute()
  return true
}

/**
 * What hangs below a message is newer than it, so one look at each message, in order, finds all of it. (A recursive
 * query took seconds for 5,000 messages, since both databases read the conversation again for every step down.)
 */
async function newestBelow(queries: Queries, id: string, messageId: string): Promise<string | undefined> {
  const messages = await queries
    .selectFrom('messages')
    .select(['id', 'parent_id'])
    .where('conversation_id', '=', id)
    .orderBy('ordinal')
    .execute()
  const below = new Set<string>()
  let newest: string | undefined
  for (const message of messages) {
    const hangsBelow = message.parent_id !== null && below.has(message.parent_id)
    if (message.id !== messageId && !hangsBelow) continue
    below.add(message.id)
    newest = message.id
  }
  return newest
}

export interface ConversationKey {
  readonly userId: string
  readonly id: string
}

const findConversation = (queries: Queries, { userId, id }: ConversationKey) =>
  queries
    .selectFrom('conversations')
    .select('active_leaf_id')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()

async function parentOf(
  queries: Queries,
  { id }: ConversationKey,
  messageId: string,
): Promise<string | null> {
  const message = await queries
    .selectFrom('messages')
    .select('parent_id')
    .where('id', '=', messageId)
    .where('conversation_id', '=', id)
    .executeTakeFirst()
  return message?.parent_id ?? null
}

/** All siblings of a page in one query. */
async function withSiblings(
  queries: Queries,
  conversationId: string,
  rows: readonly MessageRow[],
): Promise<Message[]> {
  const parents = [...new Set(rows.map((row) => row.parent_id))]
  const named = parents.filter((parent) => parent !== null)
  const relatives = await queries
    .selectFrom('messages')
    .select(['id', 'parent_id', 'role'])
    .where('conversation_id', '=', conversationId)
    .where((where) =>
      where.or([
        ...(named.length > 0 ? [where('parent_id', 'in', named)] : []),
        ...(named.length < parents.length ? [where('parent_id', 'is', null)] : []),
      ]),
    )
    .orderBy('ordinal')
    .execute()
  const families = Map.groupBy(relatives, familyOf)
  return rows.map((row) => toMessage(row, families.get(familyOf(row))?.map(({ id }) => id) ?? [row.id]))
}

const familyOf = ({ parent_id, role }: { parent_id: string | null; role: string }) => `${role} ${parent_id}`
