import assert from 'node:assert/strict'
import type { ChatSend } from '../../../bus/contract/chat.ts'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import type { Store, User } from '../store.ts'
import {
  accepted,
  converse,
  createPerson,
  exampleFinal,
  exampleSend,
  regenerateOf,
  sendAfter,
  shownPath,
} from './examples.ts'
import type { It } from './ground.ts'

export function testTree(it: It): void {
  it('shows the path to the newest answer, page by page', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const { first, second, third } = await threeTurns(store, user)
    const id = first.conversation_id
    const newest = await store.conversations.path(user.id, id, { limit: 4 })
    assert.deepEqual(
      newest?.items.map((message) => message.id),
      [second.message_id, second.request_id, third.message_id, third.request_id],
    )
    const before = newest?.next
    assert.equal(before, second.message_id)
    const older = await store.conversations.path(user.id, id, { limit: 4, before: before ?? '' })
    assert.deepEqual(
      older?.items.map((message) => message.id),
      [first.message_id, first.request_id],
    )
    assert.equal(older?.next, undefined)
    const whole = await store.conversations.path(user.id, id, { limit: 6 })
    assert.deepEqual([whole?.items.length, whole?.next], [6, undefined])
    const none = await store.conversations.path(user.id, id, { limit: 6, before: uuidv7() })
    assert.deepEqual(none, { items: [] })
    for (const before of ['', 'x', `${first.message_id}x`]) {
      await assert.rejects(store.conversations.path(user.id, id, { limit: 6, before }), {
        code: 'request_invalid',
      })
    }
  })

  it('hangs another answer beside the first, with both as siblings', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const { first, second } = await threeTurns(store, user)
    const again = regenerateOf(first)
    await accepted(store, user, again)
    await store.requests.recordFinal(exampleFinal(user, again, { content: 'another answer' }), 30)
    const page = await store.conversations.path(user.id, first.conversation_id, { limit: 9 })
    assert.deepEqual(
      page?.items.map((message) => message.content),
      ['one', 'another answer'],
    )
    assert.deepEqual(page?.items[1]?.siblings, [first.request_id, again.request_id])
    assert.deepEqual(page?.items[0]?.siblings, [first.message_id])
    assert.equal((await store.conversations.list(user.id, { limit: 1 })).items[0]?.messageCount, 7)
    const old = await store.conversations.message(user.id, first.conversation_id, second.message_id)
    assert.equal(old?.content, 'two')
  })

  it('hangs an edited message beside the first, also at the root', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const { first, second } = await threeTurns(store, user)
    const edited = { ...sendAfter(first, 'two, edited'), kind: 'edit' as const }
    await converse(store, user, edited)
    const id = first.conversation_id
    assert.deepEqual(await shownPath(store, user, id), [
      'one',
      'An answer to: one',
      'two, edited',
      'An answer to: two, edited',
    ])
    const root = exampleSend({ kind: 'edit', conversation_id: id, message: 'one, edited' })
    await converse(store, user, root)
    assert.deepEqual(await shownPath(store, user, id), ['one, edited', 'An answer to: one, edited'])
    const siblings = async (messageId: string) =>
      (await store.conversations.message(user.id, id, messageId))?.siblings
    assert.deepEqual(await siblings(second.message_id), [second.message_id, edited.message_id])
    assert.deepEqual(await siblings(first.message_id), [first.message_id, root.message_id])
  })

  it('selects the newest path through a message', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const { first, third } = await threeTurns(store, user)
    const id = first.conversation_id
    const again = await converse(store, user, regenerateOf(first))
    const leaf = async () => (await store.conversations.find(user.id, id))?.activeLeafId
    assert.equal(await leaf(), again.request_id)
    assert.equal(await store.conversations.selectBranch(user.id, id, first.request_id), true)
    assert.equal(await leaf(), third.request_id)
    assert.equal(await store.conversations.selectBranch(user.id, id, first.message_id), true)
    assert.equal(await leaf(), again.request_id)
    assert.equal(await store.conversations.selectBranch(user.id, id, uuidv7()), false)
    assert.equal(await leaf(), again.request_id)
  })

  it("keeps messages and branches from other people's eyes", async (ground) => {
    const store = await ground.open()
    const [ada, ben] = [await createPerson(store), await createPerson(store, 'Ben')]
    const hers = await converse(store, ada, exampleSend())
    const his = await converse(store, ben, exampleSend())
    const [theirId, ownId] = [hers.conversation_id, his.conversation_id]
    const { conversations } = store
    assert.equal(await conversations.find(ben.id, theirId), undefined)
    assert.equal(await conversations.path(ben.id, theirId, { limit: 5 }), undefined)
    assert.equal(await conversations.message(ben.id, theirId, hers.message_id), undefined)
    assert.equal(await conversations.message(ben.id, ownId, hers.message_id), undefined)
    const beyond = await conversations.path(ben.id, ownId, { limit: 5, before: hers.request_id })
    assert.deepEqual(beyond, { items: [] })
    assert.equal(await conversations.selectBranch(ben.id, theirId, hers.message_id), false)
    assert.equal(await conversations.selectBranch(ben.id, ownId, hers.message_id), false)
    assert.equal(await conversations.update(ben.id, theirId, { title: 'mine' }), false)
    assert.equal(await conversations.setModelTitle(ben.id, theirId, 'mine'), false)
    assert.equal(await conversations.delete(ben.id, theirId, 50), false)
    assert.deepEqual(await conversations.openRequests(ben.id, theirId), [])
  })

  it('reads a history of what was said and answered, the newest that fits', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const { first, third } = await threeTurns(store, user)
    const next = sendAfter(third, 'four')
    await accepted(store, user, next)
    const contents = async (budget: number) =>
      (await store.requests.history(user.id, next.request_id, budget))?.messages.map((one) => one.content)
    const all = [
      'one',
      'An answer to: one',
      'two',
      'An answer to: two',
      'three',
      'An answer to: three',
      'four',
    ]
    assert.deepEqual(await contents(all.join('').length), all)
    assert.deepEqual(await contents(all.join('').length - 1), all.slice(1))
    assert.deepEqual(await contents(4), ['four'])
    assert.deepEqual(await contents(0), ['four'])
    const early = await store.requests.history(user.id, first.request_id, 1_000)
    assert.deepEqual(early?.messages, [{ role: 'user', content: 'one' }])
    assert.equal(early?.state, 'answered')
  })

  it('leaves unfinished and fruitless answers out of a history', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const broken = exampleSend({ message: 'one' })
    const stopped = sendAfter(broken, 'two')
    const running = sendAfter(stopped, 'three')
    const last = sendAfter(running, 'four')
    for (const send of [broken, stopped, running, last]) await accepted(store, user, send)
    const error = { code: 'backend_failed', retryable: true, detail: '' }
    await store.requests.recordFinal(exampleFinal(user, broken, { content: '', error }), 20)
    await store.requests.recordFinal(
      exampleFinal(user, stopped, { content: 'Half', finish_reason: 'cancelled' }),
      20,
    )
    const history = await store.requests.history(user.id, last.request_id, 1_000)
    assert.deepEqual(history?.messages, [
      { role: 'user', content: 'one' },
      { role: 'user', content: 'two' },
      { role: 'assistant', content: 'Half' },
      { role: 'user', content: 'three' },
      { role: 'user', content: 'four' },
    ])
  })

  it("takes the conversation's settings, and the request's own before them", async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const first = await converse(store, user, exampleSend())
    const patch = { systemPrompt: 'Be brief.', temperature: 0.3, maxTokens: 90 }
    await store.conversations.update(user.id, first.conversation_id, patch)
    const next = { ...sendAfter(first, 'next'), options: { temperature: 0 } }
    await accepted(store, user, next)
    const history = await store.requests.history(user.id, next.request_id, 1_000)
    assert.deepEqual([history?.systemPrompt, history?.conversationId], ['Be brief.', first.conversation_id])
    assert.deepEqual(history?.options, { temperature: 0, max_tokens: 90 })
  })
}

async function threeTurns(store: Store, user: User) {
  const first: ChatSend = await converse(store, user, exampleSend({ message: 'one' }))
  const second = await converse(store, user, sendAfter(first, 'two'))
  const third = await converse(store, user, sendAfter(second, 'three'))
  return { first, second, third }
}
