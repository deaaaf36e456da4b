import assert from 'node:assert/strict'
import {
  accepted,
  createPerson,
  exampleFinal,
  exampleSend,
  maxRunningRequestsPerUser,
  publish,
  sendAfter,
  stateOf,
} from './examples.ts'
import type { It } from './ground.ts'

export function testSuccession(it: It): void {
  it('readies the next of a conversation when the one before it has ended, in order', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const first = exampleSend()
    const second = sendAfter(first, 'second')
    const third = sendAfter(second, 'third')
    for (const send of [first, second, third]) await accepted(store, user, send)
    const { conversation_id: conversationId } = first
    assert.deepEqual(await store.conversations.openRequests(user.id, conversationId), [
      first.request_id,
      second.request_id,
      third.request_id,
    ])
    assert.deepEqual(await store.requests.recordFinal(exampleFinal(user, first), 30), {
      outcome: 'stored',
      conversationId,
      readied: [second.request_id],
    })
    assert.equal(await stateOf(store, user, third), 'waiting')
    assert.deepEqual(await store.requests.cancel(user.id, second.request_id, 40), {
      outcome: 'ended',
      conversationId,
      readied: [third.request_id],
    })
    const leased = await store.requests.leaseReady({ now: 50, leaseUntil: 60, limit: 10 })
    assert.deepEqual(
      leased.map(({ requestId }) => requestId),
      [third.request_id],
    )
  })

  it('runs a bounded number for each person, and readies the longest waiting when there is room', async (ground) => {
    const store = await ground.open()
    const [ada, ben] = [await createPerson(store), await createPerson(store, 'Ben')]
    const running = Array.from({ length: maxRunningRequestsPerUser }, () => exampleSend())
    for (const send of running) assert.equal(await accepted(store, ada, send), 'ready')
    const [first = exampleSend()] = running
    const queue = [sendAfter(first, 'same conversation'), exampleSend(), exampleSend()]
    for (const send of queue) assert.equal(await accepted(store, ada, send), 'waiting')
    assert.equal(await accepted(store, ben, exampleSend()), 'ready')
    const [behindFirst, next] = queue
    const [, second = first] = running
    const ended = await store.requests.recordFinal(exampleFinal(ada, second), 30)
    assert.deepEqual(ended.outcome === 'stored' && ended.readied, [next?.request_id])
    const endedFirst = await store.requests.recordFinal(exampleFinal(ada, first), 31)
    assert.deepEqual(endedFirst.outcome === 'stored' && endedFirst.readied, [behindFirst?.request_id])
  })

  it('decides the same when a dozen messages and endings meet at two hubs', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const user = await createPerson(one)
    const sends = Array.from({ length: 12 }, () => exampleSend())
    const states = await Promise.all(sends.map((send, turn) => accepted(turn % 2 ? one : other, user, send)))
    const ready = sends.filter((_, index) => states[index] === 'ready')
    assert.equal(ready.length, maxRunningRequestsPerUser)
    const endings = await Promise.all(
      ready.map((send, turn) => (turn % 2 ? one : other).requests.recordFinal(exampleFinal(user, send), 30)),
    )
    const readied = endings.flatMap((ending) => (ending.outcome === 'stored' ? ending.readied : []))
    assert.equal(new Set(readied).size, maxRunningRequestsPerUser)
    assert.equal(readied.length, maxRunningRequestsPerUser)
  })

  it('shows a conversation as running while one of its requests is ready or published', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const send = exampleSend()
    const list = async () => (await store.conversations.list(user.id, { limit: 5 })).items[0]
    await accepted(store, user, send)
    assert.deepEqual(await list(), {
      id: send.conversation_id,
      title: 'Good morning',
      createdAt: 10,
      updatedAt: 10,
      messageCount: 1,
      running: true,
    })
    await publish(store, user, send)
    assert.equal((await list())?.running, true)
    await store.requests.recordFinal(exampleFinal(user, send), 30)
    const ended = await list()
    assert.deepEqual([ended?.running, ended?.messageCount, ended?.updatedAt], [false, 2, 30])
    assert.deepEqual(await store.conversations.openRequests(user.id, send.conversation_id), [])
  })
}
