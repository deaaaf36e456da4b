import assert from 'node:assert/strict'
import type { ChatAsked } from '../../../bus/contract/chat.ts'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { freshGreetingMs } from '../greeting.ts'
import type { AcceptResult, GreetInput, Store, User } from '../store.ts'
import {
  accepted,
  converse,
  createMember,
  exampleFinal,
  exampleSend,
  leaseUntil,
  limits,
  publish,
  sendAfter,
  shownPath,
  stateOf,
} from './examples.ts'
import type { It } from './ground.ts'

const awayMs = 100

/** As the hub asks for one. */
const exampleGreeting = (): ChatAsked => {
  const request_id = uuidv7()
  return {
    kind: 'greeting',
    request_id,
    conversation_id: uuidv7(),
    message_id: request_id,
    parent_id: null,
  }
}

const greet = (
  store: Store,
  user: User,
  send: ChatAsked,
  now: number,
  change: Partial<GreetInput> = {},
): Promise<AcceptResult | undefined> =>
  store.requests.greet({ userId: user.id, send, now, leaseUntil, limits, awayMs, ...change })

/** Answers a greeting as its worker would. */
const answer = (store: Store, user: User, { kind: _, ...asked }: ChatAsked, now: number) =>
  store.requests.recordFinal(exampleFinal(user, { ...asked, kind: 'send' }, { content: 'Hello again!' }), now)

export function testGreeting(it: It): void {
  it('opens a conversation for somebody who was away, with the companion’s word at its root', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    await converse(store, user, exampleSend(), 10)
    const greeting = exampleGreeting()
    assert.deepEqual(await greet(store, user, greeting, 110), {
      outcome: 'accepted',
      state: 'ready',
      conversationId: greeting.conversation_id,
      messageId: greeting.request_id,
      attemptFloor: 0,
    })
    assert.deepEqual((await store.requests.find(user.id, greeting.request_id))?.send, greeting)
    const history = await store.requests.history(user.id, greeting.request_id, 1_000)
    assert.deepEqual([history?.isGreeting, history?.messages], [true, []])
    await store.requests.markPublished(user.id, greeting.request_id, { epoch: 1, seq: 7, now: 111 })
    await answer(store, user, greeting, 120)
    const path = await store.conversations.path(user.id, greeting.conversation_id, { limit: 9 })
    assert.deepEqual(
      path?.items.map(({ role, parentId, content, state }) => [role, parentId, content, state]),
      [['assistant', null, 'Hello again!', 'answered']],
    )
    const listed = (await store.conversations.list(user.id, { limit: 1 })).items[0]
    assert.deepEqual([listed?.title, listed?.messageCount], ['Welcome back', 1])
  })

  it('greets nobody who never talked, was here lately, was greeted lately, or is shut out', async (ground) => {
    const store = await ground.open()
    const [fresh, busy, gone] = await Promise.all([1, 2, 3].map(() => createMember(store)))
    assert.ok(fresh && busy && gone)
    assert.equal(await greet(store, fresh, exampleGreeting(), 1_000), undefined)
    await converse(store, busy, exampleSend(), 10)
    assert.equal(await greet(store, busy, exampleGreeting(), 109), undefined)
    const greeting = exampleGreeting()
    assert.equal((await greet(store, busy, greeting, 110))?.outcome, 'accepted')
    await store.conversations.delete(busy.id, greeting.conversation_id, 111)
    assert.equal(await greet(store, busy, exampleGreeting(), 209), undefined)
    await converse(store, gone, exampleSend(), 10)
    await store.accounts.disable(gone.id, 20)
    assert.deepEqual(await greet(store, gone, exampleGreeting(), 900), {
      outcome: 'refused',
      code: 'not_allowed',
    })
    assert.equal((await store.conversations.list(gone.id, { limit: 9 })).items.length, 1)
  })

  it('greets nobody at once who deleted what they just talked about, also when it is gone for good', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    await converse(store, user, exampleSend(), 10)
    const { conversation_id: id } = await converse(store, user, exampleSend(), 400)
    await store.conversations.delete(user.id, id, 410)
    await store.conversations.purgeDeleted(1_000, 9)
    assert.equal(await greet(store, user, exampleGreeting(), 499), undefined)
    assert.equal((await greet(store, user, exampleGreeting(), 500))?.outcome, 'accepted')
  })

  it('makes one greeting of what two hubs ask for at once', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const user = await createMember(one)
    await converse(one, user, exampleSend(), 10)
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => greet(turn % 2 ? one : other, user, exampleGreeting(), 500)),
    )
    assert.equal(results.filter((result) => result?.outcome === 'accepted').length, 1)
    assert.equal(results.filter((result) => result === undefined).length, 19)
    assert.equal((await one.conversations.list(user.id, { limit: 9 })).items.length, 2)
  })

  it('puts a greeting in the place of one that nobody answered, also of one that still runs', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    await converse(store, user, exampleSend(), 10)
    const [first, second, third] = [exampleGreeting(), exampleGreeting(), exampleGreeting()]
    await greet(store, user, first, 200)
    await store.requests.markPublished(user.id, first.request_id, { epoch: 1, seq: 7, now: 201 })
    assert.equal(await greet(store, user, exampleGreeting(), 400), undefined, 'it may be open in another tab')
    const later = 201 + freshGreetingMs
    await greet(store, user, second, later)
    assert.equal(await stateOf(store, user, { ...first, kind: 'send' }), undefined)
    assert.deepEqual(
      (await store.requests.cancelling(9)).map(({ requestId }) => requestId),
      [first.request_id],
    )
    await answer(store, user, second, later + 1)
    const reply = sendAfter({ ...second, kind: 'send' }, 'Good to be back')
    await accepted(store, user, reply, { now: later + 2 })
    await greet(store, user, third, later + 200)
    const listed = (await store.conversations.list(user.id, { limit: 9 })).items.map(({ id }) => id)
    assert.ok(listed.includes(second.conversation_id) && listed.includes(third.conversation_id))
    assert.equal(listed.includes(first.conversation_id), false)
  })

  it('finds the newest greeting until it is answered, deleted or older than asked for', async (ground) => {
    const store = await ground.open()
    const [user, other] = [await createMember(store), await createMember(store)]
    await converse(store, user, exampleSend(), 10)
    const greeting = exampleGreeting()
    const { conversation_id: id } = greeting
    assert.equal(await store.conversations.findGreeting(user.id, 0), undefined)
    await greet(store, user, greeting, 200)
    assert.equal(await store.conversations.findGreeting(user.id, 200), id)
    assert.equal(await store.conversations.findGreeting(user.id, 201), undefined)
    assert.equal(await store.conversations.findGreeting(other.id, 0), undefined)
    await store.conversations.delete(user.id, id, 202)
    assert.equal(await store.conversations.findGreeting(user.id, 0), undefined)
    await store.conversations.restore(user.id, id)
    await accepted(store, user, sendAfter({ ...greeting, kind: 'send' }, 'Hello'), { now: 203 })
    assert.equal(await store.conversations.findGreeting(user.id, 0), undefined)
  })

  it('leads to no greeting that ended before its first word, and puts the next in its place', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    await converse(store, user, exampleSend(), 10)
    const [given, next] = [exampleGreeting(), exampleGreeting()]
    await greet(store, user, given, 200)
    assert.equal((await store.requests.cancel(user.id, given.request_id, 201)).outcome, 'ended')
    assert.equal(await store.conversations.findGreeting(user.id, 0), undefined)
    assert.equal((await greet(store, user, next, 400))?.outcome, 'accepted')
    assert.equal(await store.conversations.findGreeting(user.id, 0), next.conversation_id)
    const { items } = await store.conversations.list(user.id, { limit: 9 })
    assert.ok(items.every(({ id }) => id !== given.conversation_id))
  })

  it('goes on below a greeting, whose own answer nobody can ask for once more', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    await converse(store, user, exampleSend(), 10)
    const greeting = exampleGreeting()
    const { conversation_id, request_id } = greeting
    await greet(store, user, greeting, 200)
    await answer(store, user, greeting, 201)
    const reply = exampleSend({ conversation_id, parent_id: request_id, message: 'I was at sea' })
    await accepted(store, user, reply, { now: 202 })
    await publish(store, user, reply)
    const history = await store.requests.history(user.id, reply.request_id, 1_000)
    assert.deepEqual(history?.messages, [
      { role: 'assistant', content: 'Hello again!' },
      { role: 'user', content: 'I was at sea' },
    ])
    assert.equal(history?.isGreeting, false)
    const again = { ...greeting, kind: 'regenerate' as const, request_id: uuidv7() }
    assert.deepEqual(
      await store.requests.accept({ userId: user.id, send: again, now: 203, leaseUntil, limits }),
      { outcome: 'refused', code: 'not_found' },
    )
    const edited = exampleSend({ conversation_id, kind: 'edit', parent_id: request_id, message: 'On land' })
    await accepted(store, user, edited, { now: 204 })
    assert.deepEqual(await shownPath(store, user, conversation_id), ['Hello again!', 'On land', ''])
  })

  it('greets nobody whose tokens are used up, and leaves the greeting before as it was', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    await converse(store, user, exampleSend(), 10)
    const earlier = exampleGreeting()
    await greet(store, user, earlier, 200)
    await answer(store, user, earlier, 201)
    const counter = { key: `tokens:${user.id}`, windowStart: 0 }
    assert.equal(await store.limits.read(counter), 16)
    const quotas = [{ counter, amount: 0, most: 15, retryAfterMs: 5, detail: 'Used up' }]
    assert.deepEqual(await greet(store, user, exampleGreeting(), 201 + freshGreetingMs, { quotas }), {
      outcome: 'refused',
      code: 'rate_limited',
      retryAfterMs: 5,
      detail: 'Used up',
    })
    assert.equal(await store.conversations.findGreeting(user.id, 0), earlier.conversation_id)
  })
}
