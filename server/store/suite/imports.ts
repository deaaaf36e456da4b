import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import type { ImportedConversation, ImportedMessage } from '../imports.ts'
import { converse, createMember, exampleSend, shownPath } from './examples.ts'
import type { It } from './ground.ts'

const message = (change: Partial<ImportedMessage> = {}): ImportedMessage => ({
  ...{ id: uuidv7(), parentId: null, role: 'user', content: 'Good morning', thoughts: '', model: null },
  ...{ finishReason: null, error: null, usage: {}, timings: null, createdAt: 5 },
  ...change,
})

function conversation(change: Partial<ImportedConversation> = {}): ImportedConversation {
  const said = message()
  const answer = message({ parentId: said.id, role: 'assistant', content: 'Café', model: 'small' })
  return {
    ...{
      id: uuidv7(),
      formerId: uuidv7(),
      title: 'Brought along',
      systemPrompt: 'Be kind',
      temperature: 0.5,
    },
    ...{ maxTokens: 200, model: 'small', activeLeafId: answer.id, createdAt: 5, updatedAt: 6 },
    messages: [said, answer],
    ...change,
  }
}

export function testImports(it: It): void {
  it('adds what was said elsewhere, once, where its person finds it and goes on with it', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    const one = conversation()
    const added = await store.imports.add(user.id, [one])
    assert.deepEqual(added, { added: [one.id], messages: 2, known: 0 })
    const again = await store.imports.add(user.id, [{ ...one, title: 'Another' }])
    assert.deepEqual(again, { added: [], messages: 0, known: 1 })
    const found = await store.conversations.find(user.id, one.id)
    const { messages: _, formerId: __, ...facts } = one
    assert.deepEqual(found, { ...facts, titleSource: 'person' })
    const [row] = await store.conversations.search(user.id, 'cafe', 9)
    assert.deepEqual([row?.id, row?.messageCount, row?.snippet, row?.running], [one.id, 2, 'Café', false])
    assert.equal(await store.conversations.setModelTitle(user.id, one.id, 'New'), false)
    const next = exampleSend({ conversation_id: one.id, parent_id: one.activeLeafId, message: 'And now?' })
    await converse(store, user, next)
    const path = ['Good morning', 'Café', 'And now?', 'An answer to: And now?']
    const history = await store.requests.history(user.id, next.request_id, 1_000)
    assert.deepEqual(
      history?.messages.map(({ content }) => content),
      path.slice(0, 3),
    )
    assert.deepEqual(
      [history?.systemPrompt, history?.options],
      ['Be kind', { temperature: 0.5, max_tokens: 200 }],
    )
    assert.deepEqual(await shownPath(store, user, one.id), path)
    assert.deepEqual(await shownPath(store, await createMember(store), one.id), [])
  })

  it('leaves what was imported alone, however it had ended', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    const said = message()
    const reply = (change: Partial<ImportedMessage>) =>
      message({ parentId: said.id, role: 'assistant', content: '', ...change })
    const error = { code: 'backend_failed', detail: 'Out of memory', retryable: true }
    const replies = [reply({ content: 'Yes' }), reply({ finishReason: 'cancelled' }), reply({ error })]
    const one = conversation({ messages: [said, ...replies], activeLeafId: said.id })
    await store.imports.add(user.id, [one])
    const read = await Promise.all(replies.map(({ id }) => store.conversations.message(user.id, one.id, id)))
    assert.deepEqual(
      read.map((each) => each?.state),
      ['answered', 'cancelled', 'failed'],
    )
    assert.deepEqual(read[2]?.error, error)
    assert.deepEqual(
      read[0]?.siblings,
      replies.map(({ id }) => id),
    )
    assert.deepEqual(await store.conversations.openRequests(user.id, one.id), [])
    assert.deepEqual(await store.requests.purgeableLogs(Date.now(), 9), [])
    assert.equal((await store.requests.cancel(user.id, replies[1]?.id ?? '', 10)).outcome, 'not_found')
    await store.conversations.delete(user.id, one.id, 10)
    assert.deepEqual(await store.conversations.purgeDeleted(99, 9), [])
  })

  it('adds all or nothing', async (ground) => {
    const store = await ground.open()
    const [user, other] = [await createMember(store), await createMember(store)]
    const [one, taken] = [conversation(), conversation()]
    await store.imports.add(other.id, [taken])
    const fresh = { ...taken, messages: conversation().messages }
    await assert.rejects(store.imports.add(user.id, [one, fresh]), { code: 'conflict' })
    const twice = conversation({ messages: one.messages })
    await assert.rejects(store.imports.add(user.id, [one, twice]))
    assert.deepEqual((await store.conversations.list(user.id, { limit: 9 })).items, [])
    assert.equal((await store.imports.add(user.id, [one])).added.length, 1)
    assert.equal((await store.conversations.list(other.id, { limit: 9 })).items.length, 1)
    await store.accounts.disable(user.id, 10)
    await assert.rejects(store.imports.add(user.id, [conversation()]), { code: 'not_allowed' })
    await assert.rejects(store.imports.add(uuidv7(), [conversation()]), { code: 'not_allowed' })
  })

  it('brings back what was just deleted, and adds nothing of what the house has itself', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    const [kept, deleted] = [
      await converse(store, user, exampleSend()),
      await converse(store, user, exampleSend()),
    ]
    await store.conversations.delete(user.id, deleted.conversation_id, 10)
    const sources = [kept, deleted].map(({ conversation_id: formerId }) => conversation({ formerId }))
    const outcome = await store.imports.add(user.id, sources)
    assert.deepEqual(outcome, { added: [deleted.conversation_id], messages: 2, known: 1 })
    assert.equal((await store.conversations.list(user.id, { limit: 9 })).items.length, 2)
  })

  it('adds one file once where two hubs are given it at the same moment', async (ground) => {
    const [here, there] = [await ground.open(), await ground.open()]
    const user = await createMember(here)
    const file = Array.from({ length: 150 }, () => conversation())
    const outcomes = await Promise.all([here.imports.add(user.id, file), there.imports.add(user.id, file)])
    assert.deepEqual(outcomes.map(({ added, known }) => added.length - known).sort(), [-150, 150])
  })
}
