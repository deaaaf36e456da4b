import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { converse, createPerson, exampleSend, sendAfter } from './examples.ts'
import type { It } from './ground.ts'

export function testExports(it: It): void {
  it('hands out all conversations and every branch, page by page, and nobody else’s', async (ground) => {
    const store = await ground.open()
    const [user, stranger] = [await createPerson(store), await createPerson(store, 'Eve')]
    const first = await converse(store, user, exampleSend())
    const conversationId = first.conversation_id
    for (const message of ['One way', 'Another way']) await converse(store, user, sendAfter(first, message))
    for (let count = 0; count < 4; count += 1) await converse(store, user, exampleSend())
    await converse(store, stranger, exampleSend())

    const seen: string[] = []
    for (;;) {
      const after = seen.at(-1)
      const page = await store.exports.conversations(user.id, {
        limit: 2,
        ...(after !== undefined && { after }),
      })
      if (page.length === 0) break
      seen.push(...page.map(({ id }) => id))
    }
    assert.equal(new Set(seen).size, 5)
    assert.equal(seen.length, 5)

    const { messages } = store.exports
    const all = await messages(user.id, conversationId, { limit: 100 })
    assert.deepEqual(
      all.map(({ role }) => role),
      ['user', 'assistant', 'user', 'assistant', 'user', 'assistant'],
    )
    const rest = await messages(user.id, conversationId, { limit: 2, after: all[1]?.ordinal ?? 0 })
    assert.deepEqual(rest, all.slice(2, 4))
    assert.deepEqual(await messages(stranger.id, conversationId, { limit: 100 }), [])
    assert.deepEqual(await messages(user.id, uuidv7(), { limit: 100 }), [])
    await store.conversations.delete(user.id, conversationId, 10)
    assert.deepEqual(await messages(user.id, conversationId, { limit: 100 }), [])
    assert.equal((await store.exports.conversations(user.id, { limit: 100 })).length, 4)
  })
}
