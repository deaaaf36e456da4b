import assert from 'node:assert/strict'
import {
  accept,
  accepted,
  converse,
  createPerson,
  exampleFinal,
  exampleSend,
  publish,
  regenerateOf,
  sendAfter,
  shownPath,
  stateOf,
} from './examples.ts'
import type { It } from './ground.ts'

export function testDeletion(it: It): void {
  it('hides a deleted conversation from everything, and shows it again when restored', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const send = await converse(store, user, exampleSend({ message: 'secret plans' }))
    const id = send.conversation_id
    const { conversations, requests } = store
    const everything = async () => ({
      found: await conversations.find(user.id, id),
      listed: (await conversations.list(user.id, { limit: 5 })).items.length,
      searched: (await conversations.search(user.id, 'secret', 5)).length,
      path: (await conversations.path(user.id, id, { limit: 5 }))?.items.length,
      message: (await conversations.message(user.id, id, send.message_id))?.content,
      branch: await conversations.selectBranch(user.id, id, send.message_id),
      renamed: await conversations.setModelTitle(user.id, id, 'Plans'),
      updated: await conversations.update(user.id, id, { model: 'small' }),
      request: await requests.find(user.id, send.request_id),
      history: await requests.history(user.id, send.request_id, 100),
      cancelled: (await requests.cancel(user.id, send.request_id, 50)).outcome,
      repeated: (await accept(store, user, send)).outcome,
      continued: (await accept(store, user, regenerateOf(send))).outcome,
    })
    assert.equal(await conversations.delete(user.id, id, 40), true)
    assert.equal(await conversations.delete(user.id, id, 41), false)
    assert.deepEqual(await everything(), {
      found: undefined,
      listed: 0,
      searched: 0,
      path: undefined,
      message: undefined,
      branch: false,
      renamed: false,
      updated: false,
      request: undefined,
      history: undefined,
      cancelled: 'not_found',
      repeated: 'refused',
      continued: 'refused',
    })
    assert.equal(await conversations.restore(user.id, id), true)
    assert.equal(await conversations.restore(user.id, id), false)
    assert.deepEqual(await shownPath(store, user, id), ['secret plans', 'An answer to: secret plans'])
  })

  it('ends what is open of a deleted conversation, so that others of the person can run', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const limits = { open: 9, running: 1 }
    const published = exampleSend()
    const waiting = sendAfter(published, 'next')
    const elsewhere = exampleSend()
    for (const send of [published, waiting, elsewhere]) await accepted(store, user, send, { limits })
    await accepted(store, user, sendAfter(elsewhere, 'and then'), { limits: { open: 9, running: 2 } })
    await publish(store, user, published)
    await store.conversations.delete(user.id, published.conversation_id, 40)
    const [cancelling] = await store.requests.cancelling(9)
    assert.equal(cancelling?.requestId, published.request_id)
    assert.equal(await stateOf(store, user, elsewhere), 'ready')
    const final = exampleFinal(user, published, { content: 'Up to here', finish_reason: 'cancelled' })
    assert.equal((await store.requests.recordFinal(final, 50)).outcome, 'stored')
    await store.conversations.restore(user.id, published.conversation_id)
    assert.equal(await stateOf(store, user, waiting), 'cancelled')
    const kept = await store.conversations.message(user.id, published.conversation_id, published.request_id)
    assert.deepEqual([kept?.state, kept?.content], ['cancelled', 'Up to here'])
  })

  it('purges what was deleted long enough ago, and says what of it the bus may hold', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const sends = [exampleSend(), exampleSend(), exampleSend(), exampleSend()] as const
    const [old, purgedLog, recent, kept] = sends
    for (const send of sends) await accepted(store, user, send)
    await publish(store, user, old)
    await store.requests.recordFinal(exampleFinal(user, purgedLog), 20)
    await store.requests.markLogPurged(user.id, purgedLog.request_id)
    await store.conversations.delete(user.id, old.conversation_id, 100)
    await store.conversations.delete(user.id, purgedLog.conversation_id, 101)
    await store.conversations.delete(user.id, recent.conversation_id, 200)
    const trace = { userId: user.id, requestId: old.request_id, seq: 7 }
    assert.deepEqual(await store.conversations.purgeDeleted(100, 9), [])
    assert.deepEqual(await store.conversations.purgeDeleted(150, 1), [trace])
    assert.deepEqual(await store.conversations.purgeDeleted(150, 9), [])
    assert.deepEqual(await store.requests.recordFinal(exampleFinal(user, old), 300), { outcome: 'gone' })
    const restored = sends.map((send) => store.conversations.restore(user.id, send.conversation_id))
    assert.deepEqual(await Promise.all(restored), [false, false, true, false])
    assert.equal(await stateOf(store, user, kept), 'ready')
  })

  it('gives the room of a request that is purged before its end to what waits for it', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const limits = { open: 9, running: 1 }
    const [published, elsewhere] = [exampleSend(), exampleSend()]
    for (const send of [published, elsewhere]) await accepted(store, user, send, { limits })
    await publish(store, user, published)
    await store.conversations.delete(user.id, published.conversation_id, 40)
    assert.equal(await stateOf(store, user, elsewhere), 'waiting')
    await store.conversations.purgeDeleted(50, 9)
    assert.equal(await stateOf(store, user, elsewhere), 'ready')
  })

  it('leaves no word of a purged conversation in its tables', async (ground) => {
    const [store, database] = [await ground.open(), await ground.openDatabase()]
    const user = await createPerson(store)
    const send = await converse(store, user, exampleSend({ message: 'secret plans' }))
    await store.conversations.delete(user.id, send.conversation_id, 40)
    await store.conversations.purgeDeleted(50, 9)
    for (const table of ['conversations', 'messages', 'requests'] as const) {
      const rows = await database.read((queries) => queries.selectFrom(table).selectAll().execute())
      assert.deepEqual(rows, [], table)
    }
  })
}
