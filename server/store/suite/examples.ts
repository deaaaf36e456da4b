import assert from 'node:assert/strict'
import type { ChatFinal, ChatSend } from '../../../bus/contract/chat.ts'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { maxOpenRequestsPerUser } from '../../../bus/contract/limits.ts'
import type { NewSession } from '../sessions.ts'
import type { AcceptInput, AcceptResult, Store, User } from '../store.ts'
/** Most of a person's requests that run at once here. */
export const maxRunningRequestsPerUser = 4

export const limits = { open: maxOpenRequestsPerUser, running: maxRunningRequestsPerUser }

/** Leases of `accept` end here, unless a test says otherwise. */
export const leaseUntil = 1_000

export async function createPerson(store: Store, name = 'Ada'): Promise<User> {
  const user: User = { id: uuidv7(), name, kind: 'guest', role: 'user', email: null, createdAt: 1 }
  await store.accounts.createUser(user)
  return user
}

/** A person who signed up. */
export async function createMember(store: Store, change: Partial<User> = {}): Promise<User> {
  const user: User = {
    ...{ id: uuidv7(), name: 'Mia', kind: 'member', role: 'user', email: null, createdAt: 1 },
    ...change,
  }
  await store.accounts.createUser(user)
  return user
}

/** Opens a session until 1,000. @returns its id */
export async function createSession(
  store: Store,
  user: User,
  tokenHash: string,
  change: Partial<NewSession> = {},
): Promise<string> {
  const id = uuidv7()
  await store.sessions.create({
    ...{ tokenHash, id, userId: user.id, createdAt: 5, expiresAt: 1_000 },
    ...change,
  })
  return id
}

/** What hubs are still to be told, as kind and what is ended. */
export async function told(store: Store): Promise<[string, readonly string[]][]> {
  return (await store.revocations.pending(99)).map(({ kind, ended }) => [kind, ended])
}

/** Something new, said in a new conversation where none is named. */
export const exampleSend = (change: Partial<ChatSend> = {}): ChatSend => ({
  kind: 'send',
  request_id: uuidv7(),
  conversation_id: uuidv7(),
  message_id: uuidv7(),
  parent_id: null,
  message: 'Good morning',
  ...change,
})

/** Said below an answer, in its conversation. */
export const sendAfter = (earlier: ChatSend, message: string): ChatSend =>
  exampleSend({ conversation_id: earlier.conversation_id, parent_id: earlier.request_id, message })

/** Another answer to what was said. */
export const regenerateOf = (earlier: ChatSend): ChatSend => {
  const { message: _, ...rest } = earlier
  return { ...rest, kind: 'regenerate', request_id: uuidv7() }
}

export const accept = (
  store: Store,
  user: User,
  send: ChatSend,
  change: Partial<AcceptInput> = {},
): Promise<AcceptResult> =>
  store.requests.accept({ userId: user.id, send, now: 10, leaseUntil, limits, ...change })

/** Accepts what has to be acceptable. @returns its state */
export async function accepted(
  store: Store,
  user: User,
  send: ChatSend,
  change: Partial<AcceptInput> = {},
): Promise<string> {
  const result = await accept(store, user, send, change)
  assert.equal(result.outcome, 'accepted')
  return result.outcome === 'accepted' ? result.state : result.outcome
}

export const exampleFinal = (user: User, send: ChatSend, change: Partial<ChatFinal> = {}): ChatFinal => ({
  request_id: send.request_id,
  user_id: user.id,
  conversation_id: send.conversation_id,
  attempt: 1,
  model: 'small',
  backend: 'demo',
  content: `An answer to: ${send.message ?? ''}`,
  thoughts: '',
  cues: [],
  finish_reason: 'stop',
  usage: { prompt_tokens: 3, completion_tokens: 5 },
  timings: { first_token_ms: 20, duration_ms: 100, tokens_per_second: 50 },
  timestamp: 1,
  ...change,
})

/** Puts an accepted request on a bus that is not there. */
export const publish = (store: Store, user: User, send: ChatSend, at = { epoch: 1, seq: 7, now: 20 }) =>
  store.requests.markPublished(user.id, send.request_id, at)

/** Says something and has it answered. */
export async function converse(store: Store, user: User, send: ChatSend, now = 10): Promise<ChatSend> {
  await accepted(store, user, send, { now })
  await store.requests.recordFinal(exampleFinal(user, send), now)
  return send
}

export async function stateOf(store: Store, user: User, send: ChatSend): Promise<string | undefined> {
  return (await store.requests.find(user.id, send.request_id))?.state
}

/** The active path's contents, oldest first. */
export async function shownPath(store: Store, user: User, conversationId: string): Promise<string[]> {
  const page = await store.conversations.path(user.id, conversationId, { limit: 100 })
  return (page?.items ?? []).map(({ content }) => content)
}
