import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import {
  accept,
  accepted,
  createPerson,
  exampleFinal,
  exampleSend,
  publish,
  sendAfter,
  shownPath,
  stateOf,
} from './examples.ts'
import type { It } from './ground.ts'

export function testAccepting(it: It): void {
  it('begins a conversation with the first message and its model, titled from it, its answer the active leaf', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const send = exampleSend({ message: '  A walk through the old harbour \nand back', model: 'small' })
    assert.deepEqual(await accept(store, user, send), {
      outcome: 'accepted',
      state: 'ready',
      conversationId: send.conversation_id,
      messageId: send.message_id,
      attemptFloor: 0,
    })
    const conversation = await store.conversations.find(user.id, send.conversation_id)
    assert.deepEqual(conversation, {
      id: send.conversation_id,
      title: 'A walk through the old harbour',
      titleSource: 'first',
      systemPrompt: null,
      temperature: null,
      maxTokens: null,
      model: 'small',
      activeLeafId: send.request_id,
      createdAt: 10,
      updatedAt: 10,
    })
    const { message: _, ...kept } = send
    assert.deepEqual(await store.requests.find(user.id, send.request_id), {
      userId: user.id,
      username: 'Ada',
      role: 'user',
      requestId: send.request_id,
      conversationId: send.conversation_id,
      state: 'ready',
      send: kept,
      attemptFloor: 0,
      epoch: null,
      seq: null,
      cancelRequestedAt: null,
      traceparent: null,
      createdAt: 10,
    })
  })

  it('answers a repetition with the present state, whatever the order of its keys', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const send = exampleSend({ options: { temperature: 1, max_tokens: 9 } })
    await accepted(store, user, send)
    await publish(store, user, send)
    await store.requests.republish(user.id, send.request_id, 0)
    const turned = {
      ...Object.fromEntries(Object.entries(send).reverse()),
      options: { max_tokens: 9, temperature: 1 },
    }
    const repeated = await accept(store, user, { ...send, ...turned })
    assert.deepEqual(repeated, {
      outcome: 'repeated',
      state: 'ready',
      conversationId: send.conversation_id,
      messageId: send.message_id,
      attemptFloor: 100,
    })
    await store.requests.recordFinal(exampleFinal(user, send), 30)
    const late = await accept(store, user, send)
    assert.equal(late.outcome === 'repeated' && late.state, 'answered')
    assert.equal((await shownPath(store, user, send.conversation_id)).length, 2)
  })

  it('accepts once what arrives twenty times at once at two hubs', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const user = await createPerson(one)
    const send = exampleSend()
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => accept(turn % 2 ? one : other, user, send)),
    )
    const outcomes = results.map(({ outcome }) => outcome).sort()
    assert.deepEqual(outcomes, ['accepted', ...Array(19).fill('repeated')])
    assert.deepEqual(await shownPath(one, user, send.conversation_id), ['Good morning', ''])
  })

  it('gives a conversation that two people begin with one id to one of them', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const [ada, ben] = [await createPerson(one), await createPerson(one, 'Ben')]
    const conversation_id = uuidv7()
    const results = await Promise.all([
      accept(one, ada, exampleSend({ conversation_id })),
      accept(other, ben, exampleSend({ conversation_id })),
    ])
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['accepted', 'refused'])
  })

  it('keeps text that databases stumble over, without what they cannot hold', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const message = `quo'te "double" \\ % _ $1 ? 'two\nlines' 🜂 nul:\0 lone:\ud800.`
    const send = exampleSend({ message })
    await accepted(store, user, send)
    assert.equal((await accept(store, user, send)).outcome, 'repeated')
    const [said] = await shownPath(store, user, send.conversation_id)
    assert.equal(said, message.replace('\0', '').replace('\ud800', '\ufffd'))
    assert.equal(await store.conversations.find(user.id, '\0'), undefined)
  })

  it('makes what comes after it wait in its conversation, and lets another conversation go', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const first = exampleSend()
    const second = sendAfter(first, 'and another thing')
    assert.equal(await accepted(store, user, first), 'ready')
    assert.equal(await accepted(store, user, second), 'waiting')
    assert.equal(await accepted(store, user, exampleSend()), 'ready')
    assert.equal(await stateOf(store, user, second), 'waiting')
  })
}
