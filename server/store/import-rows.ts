import { setImmediate as loopTurn } from 'node:timers/promises'
import { CodedError } from '../../bus/contract/errors.ts'
import type { Queries } from './database.ts'
import { fold } from './fold.ts'
import type { ImportedConversation, ImportedMessage } from './imports.ts'
import type { NewMessageRow } from './schema.ts'

/** A message but for its place in the order of all that its person said. */
export type PreparedRow = Omit<NewMessageRow, 'ordinal'>

/**
 * By conversation. Folding takes as long as inserting, and is done before: a transaction holds others up, and in SQLite
 * everybody.
 */
export async function prepareMessages(
  conversations: readonly ImportedConversation[],
): Promise<ReadonlyMap<string, readonly PreparedRow[]>> {
  const rows = new Map<string, PreparedRow[]>()
  for (const { id, messages } of conversations) {
    const prepared: PreparedRow[] = []
    for (const some of batchesOf(messages)) {
      prepared.push(...some.map((one) => messageRow(id, one)))
      await loopTurn()
    }
    rows.set(id, prepared)
  }
  return rows
}

const messageRow = (conversationId: string, one: ImportedMessage): PreparedRow => ({
  ...{ id: one.id, conversation_id: conversationId, parent_id: one.parentId, role: one.role },
  ...{ content: one.content, thoughts: one.thoughts, model: one.model, finish_reason: one.finishReason },
  error_json: one.error === null ? null : JSON.stringify(one.error),
  usage_json: JSON.stringify(one.usage),
  timings_json: one.timings === null ? null : JSON.stringify(one.timings),
  search_text: fold(one.content),
  created_at: one.createdAt,
})

export async function insertConversations(
  queries: Queries,
  userId: string,
  conversations: readonly ImportedConversation[],
): Promise<void> {
  for (const some of batchesOf(conversations)) {
    const made = await queries
      .insertInto('conversations')
      .values(some.map((one) => conversationRow(userId, one)))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst()
    if (made.numInsertedOrUpdatedRows !== BigInt(some.length)) throw new CodedError('conflict')
  }
}

/** A title that a person gave is the one that no model replaces. */
const conversationRow = (userId: string, one: ImportedConversation) => ({
  ...{ id: one.id, user_id: userId, title: one.title, title_source: 'person' as const },
  ...{ search_title: fold(one.title), system_prompt: one.systemPrompt, temperature: one.temperature },
  ...{ max_tokens: one.maxTokens, model: one.model, active_leaf_id: one.activeLeafId },
  message_count: one.messages.length,
  ...{ created_at: one.createdAt, updated_at: one.updatedAt },
})

/** @param ordinal - the number before that of the first. */
export async function insertMessages(
  queries: Queries,
  messages: readonly PreparedRow[],
  ordinal: number,
): Promise<void> {
  let last = ordinal
  for (const some of batchesOf(messages)) {
    const rows = some.map((row, index) => ({ ...row, ordinal: last + index + 1 }))
    await queries.insertInto('messages').values(rows).execute()
    last += some.length
    await loopTurn()
  }
}

/** Rows that are worked on in one go. Then the loop turns: SQLite works on it, and a file may bring thousands. */
const batchSize = 100

export function* batchesOf<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += batchSize) yield items.slice(start, start + batchSize)
}
