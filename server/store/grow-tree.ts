import type { Queries } from './database.ts'
import { firstTitle } from './first-title.ts'
import { fold } from './fold.ts'
import { Refusal } from './refusal.ts'
import type { NewMessageRow } from './schema.ts'
import type { AcceptInput } from './store.ts'

/** What a conversation is called that the companion opened, until somebody says something in it. */
const greetingTitle = 'Welcome back'

/**
 * Adds what was said, where it is new, and its answer's place below it, and shows the path to that.
 * @param ordinal the answer's; what was said has the number before it
 */
export async function growTree(queries: Queries, input: AcceptInput, ordinal: number): Promise<void> {
  await requireConversation(queries, input)
  const { kind, message_id, request_id } = input.send
  if (kind === 'regenerate') await requireSaid(queries, input)
  else if (kind !== 'greeting') await insertSaid(queries, input, ordinal - 1)
  await insertMessage(queries, {
    ...emptyMessage(input),
    id: request_id,
    parent_id: kind === 'greeting' ? null : message_id,
    role: 'assistant',
    ordinal,
  })
  await showAnswer(queries, input)
}

/** A conversation that does not exist begins with something said at its root, or a greeting; all else needs one. */
async function requireConversation(queries: Queries, { userId, send, now }: AcceptInput): Promise<void> {
  const existing = await queries
    .selectFrom('conversations')
    .select(['user_id', 'deleted_at'])
    .where('id', '=', send.conversation_id)
    .executeTakeFirst()
  if (existing) {
    if (existing.user_id !== userId || existing.deleted_at !== null) throw new Refusal('not_found')
    return
  }
  const isOpening = send.kind === 'send' || send.kind === 'greeting'
  if (!isOpening || send.parent_id !== null) throw new Refusal('not_found')
  const title = send.kind === 'greeting' ? greetingTitle : firstTitle(send.message ?? '')
  const made = await queries
    .insertInto('conversations')
    .values({
      id: send.conversation_id,
      user_id: userId,
      title,
      title_source: 'first',
      search_title: fold(title),
      // Chosen in the page before there was a conversation to keep it.
      model: send.model ?? null,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  // Somebody else made one with this id at the same moment.
  if (made.numInsertedOrUpdatedRows === 0n) throw new Refusal('not_found')
}

async function requireSaid(queries: Queries, { send }: AcceptInput): Promise<void> {
  const said = await findRole(queries, send.conversation_id, send.message_id)
  if (said !== 'user') throw new Refusal('not_found')
}

async function insertSaid(queries: Queries, input: AcceptInput, ordinal: number): Promise<void> {
  const { send } = input
  if (send.parent_id !== null && !(await findRole(queries, send.conversation_id, send.parent_id))) {
    throw new Refusal('not_found')
  }
  const content = send.message ?? ''
  await insertMessage(queries, {
    ...emptyMessage(input),
    id: send.message_id,
    parent_id: send.parent_id,
    role: 'user',
    ordinal,
    content,
    search_text: fold(content),
  })
}

async function findRole(queries: Queries, conversationId: string, id: string) {
  const message = await queries
    .selectFrom('messages')
    .select('role')
    .where('id', '=', id)
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst()
  return message?.role
}

const emptyMessage = ({ send, now }: AcceptInput) => ({
  conversation_id: send.conversation_id,
  content: '',
  search_text: '',
  created_at: now,
})

async function insertMessage(queries: Queries, message: NewMessageRow): Promise<void> {
  const made = await queries
    .insertInto('messages')
    .values(message)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  if (made.numInsertedOrUpdatedRows === 0n) throw new Refusal('conflict')
}

async function showAnswer(queries: Queries, { send, now }: AcceptInput): Promise<void> {
  const said = send.kind === 'send' || send.kind === 'edit' ? 1 : 0
  await queries
    .updateTable('conversations')
    .set((set) => ({
      active_leaf_id: send.request_id,
      updated_at: now,
      message_count: set('message_count', '+', said),
    }))
    .where('id', '=', send.conversation_id)
    .execute()
}
