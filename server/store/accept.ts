import { contentHash } from './content-hash.ts'
import type { Database, Queries } from './database.ts'
import { growTree } from './grow-tree.ts'
import { takeFromCounter } from './limits.ts'
import { Refusal } from './refusal.ts'
import type { AcceptInput, AcceptResult } from './store.ts'
import { openStates, runningStates } from './succession.ts'

/** See `RequestStore.accept`. What will not change by waiting (`not_found`, `conflict`) is found before `queue_full`. */
export const accept = (database: Database, input: AcceptInput): Promise<AcceptResult> =>
  refusable(database.write((queries) => acceptIn(queries, input)))

/** What became of it, a refusal too: that has undone the transaction by then. */
export async function refusable<Result>(accepting: Promise<Result>): Promise<Result | AcceptResult> {
  try {
    return await accepting
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { code, quota } = error
    return {
      outcome: 'refused',
      code,
      ...(quota && { retryAfterMs: quota.retryAfterMs, detail: quota.detail }),
    }
  }
}

/** The same within a transaction. @throws Refusal */
export async function acceptIn(queries: Queries, input: AcceptInput): Promise<AcceptResult> {
  const ordinal = await nextOrdinal(queries, input)
  const earlier = await findEarlier(queries, input)
  if (earlier) return earlier
  await growTree(queries, input, ordinal)
  const state = await placeInQueue(queries, input)
  await countQuotas(queries, input)
  await insertRequest(queries, input, state, ordinal)
  const { conversation_id: conversationId, message_id: messageId } = input.send
  return { outcome: 'accepted', state, conversationId, messageId, attemptFloor: 0 }
}

/**
 * Locks the person's row, which makes everything that changes their requests wait, and takes two numbers: one for what
 * they say, the one after it for the answer. How many of theirs may run is left there for whoever readies the next.
 */
async function nextOrdinal(queries: Queries, { userId, limits }: AcceptInput): Promise<number> {
  const user = await queries
    .updateTable('users')
    .set((set) => ({ last_ordinal: set('last_ordinal', '+', 2), running_limit: limits.running }))
    .where('id', '=', userId)
    .returning(['last_ordinal', 'disabled_at'])
    .executeTakeFirst()
  if (!user) throw new Refusal('not_found')
  if (user.disabled_at !== null) throw new Refusal('not_allowed')
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

/** After all else: what is refused counts for nothing, since its transaction is undone. */
async function countQuotas(queries: Queries, { quotas = [] }: AcceptInput): Promise<void> {
  for (const quota of quotas)
    if (!(await takeFromCounter(queries, quota))) throw new Refusal('rate_limited', quota)
}

async function insertRequest(
  queries: Queries,
  { userId, send, now, leaseUntil, traceparent = null }: AcceptInput,
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
      traceparent,
    })
    .execute()
}
