import { contentHash } from './content-hash.ts'
import type { Database, Queries } from './database.ts'
import { firstTitle } from './first-title.ts'
import { fold } from './fold.ts'
import type { NewMessageRow } from './schema.ts'
import type { AcceptInput, AcceptResult } from './store.ts'
import { openStates, runningStates } from './succession.ts'

type RefusalCode = Extract<AcceptResult, { outcome: 'refused' }>['code']

/** Thrown inside the transaction, so that a refusal undoes what was written before it was found. */
class Refusal extends Error {
  readonly code: RefusalCode

  constructor(code: RefusalCode) {
    super(code)
    this.code = code
  }
}

/** See `RequestStore.accept`. What will not change by waiting (`not_found`, `conflict`) is found before `queue_full`. */
export async function accept(database: Database, input: AcceptInput): Promise<AcceptResult> {
  try {
    return await database.write((queries) => acceptIn(queries, input))
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', code: error.code }
    throw error
  }
}

async function acceptIn(queries: Queries, input: AcceptInput): Promise<AcceptResult> {
  const ordinal = await nextOrdinal(queries, input.userId)
  const earlier = await findEarlier(queries, input)
  if (earlier) return earlier
  await requireConversation(queries, input)
  if (input.send.kind === 'regenerate') await requireSaid(queries, input)
  else await insertSaid(queries, input, ordinal - 1)
  await insertMessage(queries, {
    ...emptyMessage(input),
    id: input.send.request_id,
    parent_id: input.send.message_id,
    role: 'assistant',
    ordinal,
  })
  await showAnswer(queries, input)
  const state = await placeInQueue(queries, input)
  await insertRequest(queries, input, state, ordinal)
  const { conversation_id: conversationId, message_id: messageId } = input.send
  return { outcome: 'accepted', state, conversationId, messageId, attemptFloor: 0 }
}

/**
 * Locks the person's row, which makes everything that changes their requests wait, and takes two numbers: one for what
 * they say, the one after it for the answer.
 */
async function nextOrdinal(queries: Queries, userId: string): Promise<number> {
  const user = await queries
    .updateTable('users')
    .set((set) => ({ last_ordinal: set('last_ordinal', '+', 2) }))
    .where('id', '=', userId)
    .returning('last_ordinal')
    .executeTakeFirst()
  if (!user) throw new Refusal('not_found')
  return user.last_ordinal
}

async function findEarlier(
  queries: Queries,
  { userId, send }: AcceptInput,
): Promise<AcceptResult | undefined> {
  const earlier = await queries
    .selectFrom('requests')
    .innerJoin('conversations', 'conversations.id', 'requests.conversation_id')
    .select(['state', 'content_hash', 'attempt_floor', 'deleted_at'])
    .where('requests.user_id', '=', userId)
    .where('request_id', '=', send.request_id)
    .executeTakeFirst()
  if (!earlier) return undefined
  if (earlier.deleted_at !== null) throw new Refusal('not_found')
  if (earlier.content_hash !== contentHash(send)) throw new Refusal('conflict')
  return {
    outcome: 'repeated',
    state: earlier.state,
    conversationId: send.conversation_id,
    messageId: send.message_id,
    attemptFloor: earlier.attempt_floor,
  }
}

/** A conversation that does not exist begins with something said at its root; everything else needs one. */
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
  if (send.kind !== 'send' || send.parent_id !== null) throw new Refusal('not_found')
  const title = firstTitle(send.message ?? '')
  const made = await queries
    .insertInto('conversations')
    .values({
      id: send.conversation_id,
      user_id: userId,
      title,
      title_source: 'first',
      search_title: fold(title),
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
  const said = send.kind === 'regenerate' ? 0 : 1
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

/** `ready` where nothing of the conversation is before it and the person has room, else `waiting`. */
async function placeInQueue(queries: Queries, input: AcceptInput): Promise<'ready' | 'waiting'> {
  const open = await queries
    .selectFrom('requests')
    .select(['conversation_id', 'state'])
    .where('user_id', '=', input.userId)
    .where('state', 'in', openStates)
    .execute()
  if (open.length >= input.limits.open) throw new Refusal('queue_full')
  const running = open.filter(({ state }) => runningStates.some((one) => one === state)).length
  const behindAnother = open.some((one) => one.conversation_id === input.send.conversation_id)
  return behindAnother || running >= input.limits.running ? 'waiting' : 'ready'
}

async function insertRequest(
  queries: Queries,
  { userId, send, now, leaseUntil }: AcceptInput,
  state: 'ready' | 'waiting',
  ordinal: number,
): Promise<void> {
  const { message: _, ...withoutMessage } = send
  await queries
    .insertInto('requests')
    .values({
      user_id: userId,
      request_id: send.request_id,
      conversation_id: send.conversation_id,
      message_id: send.message_id,
      state,
      content_hash: contentHash(send),
      send_json: JSON.stringify(withoutMessage),
      ordinal,
      lease_until: state === 'ready' ? leaseUntil : 0,
      created_at: now,
    })
    .execute()
}
