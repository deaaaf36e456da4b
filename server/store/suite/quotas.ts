import assert from 'node:assert/strict'
import { tokenCounter } from '../limits.ts'
import { accept, accepted, createMember, exampleFinal, exampleSend, publish, stateOf } from './examples.ts'
import type { It } from './ground.ts'

export function testQuotas(it: It): void {
  it('refuses a message past its quota, and counts neither what it refuses nor what is repeated', async (ground) => {
    const [store, other] = [await ground.open(), await ground.open()]
    const user = await createMember(store)
    const counter = { key: `messages:${user.id}`, windowStart: 0 }
    const quotas = [{ counter, amount: 1, most: 2, retryAfterMs: 700, detail: 'Too many' }]
    const first = exampleSend()
    await accepted(store, user, first, { quotas })
    assert.equal((await accept(other, user, first, { quotas })).outcome, 'repeated')
    const refusedEdit = await accept(store, user, exampleSend({ kind: 'edit' }), { quotas })
    assert.equal(refusedEdit.outcome, 'refused')
    const sends = [exampleSend(), exampleSend(), exampleSend()]
    const results = await Promise.all(
      sends.map((send, turn) => accept(turn % 2 ? store : other, user, send, { quotas })),
    )
    assert.equal(results.filter(({ outcome }) => outcome === 'accepted').length, 1)
    const refused = { outcome: 'refused', code: 'rate_limited', retryAfterMs: 700, detail: 'Too many' }
    assert.equal(results.filter((result) => JSON.stringify(result) === JSON.stringify(refused)).length, 2)
    assert.equal(await store.limits.read(counter), 2)
    const left = await Promise.all(sends.map((send) => stateOf(store, user, send)))
    assert.equal(left.filter((state) => state === undefined).length, 2)
  })

  it('counts the tokens of an answer once, in the day it was stored', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    const send = exampleSend()
    await accepted(store, user, send)
    await publish(store, user, send)
    for (let time = 0; time < 2; time += 1) await store.requests.recordFinal(exampleFinal(user, send), 30)
    const day = 24 * 60 * 60_000
    assert.equal(await store.limits.read(tokenCounter(user.id, day - 1)), 8)
    assert.equal(await store.limits.read(tokenCounter(user.id, day)), 0)
  })

  it('readies as many of a person as their last message was accepted by', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    const limits = { open: 32, running: 1 }
    const sends = [exampleSend(), exampleSend(), exampleSend()] as const
    for (const send of sends) await accepted(store, user, send, { limits })
    const [first, second, third] = sends
    await store.requests.recordFinal(exampleFinal(user, first), 30)
    assert.deepEqual(
      [await stateOf(store, user, second), await stateOf(store, user, third)],
      ['ready', 'waiting'],
    )
    await accepted(store, user, exampleSend(), { limits: { open: 32, running: 3 } })
    await store.requests.recordFinal(exampleFinal(user, second), 40)
    assert.equal(await stateOf(store, user, third), 'ready')
  })
}
