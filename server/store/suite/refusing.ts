import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import {
  accept,
  accepted,
  converse,
  createPerson,
  exampleFinal,
  exampleSend,
  regenerateOf,
  sendAfter,
} from './examples.ts'
import type { It } from './ground.ts'

const refusedAs = (code: string) => ({ outcome: 'refused', code })

export function testRefusing(it: It): void {
  it('calls the same id with any other content a conflict', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const send = exampleSend({ options: { temperature: 1 } })
    await accepted(store, user, send)
    const others = [
      { message: 'Good evening' },
      { message_id: uuidv7() },
      { conversation_id: uuidv7() },
      { model: 'other' },
      { options: { temperature: 0.5 } },
      { kind: 'edit' as const },
    ]
    for (const other of others) {
      assert.deepEqual(await accept(store, user, { ...send, ...other }), refusedAs('conflict'))
    }
  })

  it("finds nothing where a conversation, parent or message is somebody else's or missing", async (ground) => {
    const store = await ground.open()
    const [ada, ben] = [await createPerson(store), await createPerson(store, 'Ben')]
    const hers = await converse(store, ada, exampleSend())
    const his = await converse(store, ben, exampleSend())
    const refused = [
      exampleSend({ conversation_id: hers.conversation_id }),
      sendAfter(hers, 'into her conversation'),
      regenerateOf(hers),
      exampleSend({ conversation_id: his.conversation_id, parent_id: hers.request_id }),
      exampleSend({ conversation_id: his.conversation_id, parent_id: uuidv7() }),
      exampleSend({ parent_id: his.request_id }),
      exampleSend({ kind: 'edit' }),
      regenerateOf(exampleSend()),
      regenerateOf({ ...his, message_id: his.request_id }),
      regenerateOf({ ...his, message_id: hers.message_id }),
    ]
    for (const send of refused) assert.deepEqual(await accept(store, ben, send), refusedAs('not_found'))
    assert.deepEqual(await accept(store, { ...ben, id: uuidv7() }, exampleSend()), refusedAs('not_found'))
    assert.equal((await store.conversations.list(ben.id, { limit: 10 })).items.length, 1)
  })

  it('refuses ids that are taken, and leaves nothing of what it refused', async (ground) => {
    const store = await ground.open()
    const [ada, ben] = [await createPerson(store), await createPerson(store, 'Ben')]
    const hers = await converse(store, ada, exampleSend())
    const id = uuidv7()
    const refused = [
      exampleSend({ message_id: hers.message_id }),
      exampleSend({ request_id: hers.request_id }),
      exampleSend({ request_id: hers.message_id }),
      exampleSend({ request_id: id, message_id: id }),
    ]
    for (const send of refused) {
      assert.deepEqual(await accept(store, ben, send), refusedAs('conflict'))
      assert.equal(await store.conversations.find(ben.id, send.conversation_id), undefined)
    }
    assert.equal(await store.requests.find(ben.id, hers.request_id), undefined)
  })

  it('refuses more open requests than there may be, and takes them again when one has ended', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const limits = { open: 3, running: 1 }
    const sends = [exampleSend(), exampleSend(), exampleSend()]
    for (const send of sends) await accepted(store, user, send, { limits })
    const more = exampleSend()
    assert.deepEqual(await accept(store, user, more, { limits }), refusedAs('queue_full'))
    assert.deepEqual(
      await accept(store, user, exampleSend({ kind: 'edit' }), { limits }),
      refusedAs('not_found'),
    )
    const [first = more] = sends
    await store.requests.recordFinal(exampleFinal(user, first), 30)
    assert.equal((await accept(store, user, more, { limits })).outcome, 'accepted')
  })
}
