import assert from 'node:assert/strict'
import type { StoredRequest } from '../store.ts'
import {
  accepted,
  createPerson,
  exampleFinal,
  exampleSend,
  leaseUntil,
  publish,
  stateOf,
} from './examples.ts'
import type { It } from './ground.ts'

const idsOf = (requests: readonly StoredRequest[]) => requests.map(({ requestId }) => requestId)

export function testLeases(it: It): void {
  it('leaves a ready request to the hub that accepted it until its lease is over', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const send = exampleSend()
    await accepted(store, user, send, { traceparent: '00-trace-span-01' })
    assert.deepEqual(
      await store.requests.leaseReady({ now: leaseUntil - 1, leaseUntil: 2_000, limit: 9 }),
      [],
    )
    const leased = await store.requests.leaseReady({ now: leaseUntil, leaseUntil: 2_000, limit: 9 })
    assert.deepEqual(leased, [await store.requests.find(user.id, send.request_id)])
    assert.equal(leased[0]?.traceparent, '00-trace-span-01')
    assert.deepEqual(await store.requests.leaseReady({ now: 1_999, leaseUntil: 3_000, limit: 9 }), [])
    await publish(store, user, send)
    assert.deepEqual(await store.requests.leaseReady({ now: 9_000, leaseUntil: 9_999, limit: 9 }), [])
  })

  it('does not wait for times that a hub wrote whose clock goes an hour ahead', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const send = exampleSend()
    const hour = 3_600_000
    await accepted(store, user, send, { leaseUntil: hour })
    const leased = await store.requests.leaseReady({ now: 0, leaseUntil: 1_000, limit: 9 })
    assert.deepEqual(idsOf(leased), [send.request_id])
    await publish(store, user, send, { epoch: 1, seq: 7, now: hour })
    const looked = await store.requests.leasePublished({ now: 0, idleMs: 100, limit: 9 })
    assert.deepEqual(idsOf(looked), [send.request_id])
    assert.deepEqual(await store.requests.leasePublished({ now: 50, idleMs: 100, limit: 9 }), [])
  })

  it('never leases one request to two hubs', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    for (let person = 0; person < 8; person += 1) {
      const user = await createPerson(one)
      for (let turn = 0; turn < 4; turn += 1) await accepted(one, user, exampleSend(), { leaseUntil: 0 })
    }
    const leaseAll = async (store: typeof one) => {
      const leased: string[] = []
      for (;;) {
        const some = await store.requests.leaseReady({ now: 50, leaseUntil: 99, limit: 3 })
        if (some.length === 0) return leased
        leased.push(...idsOf(some))
      }
    }
    const hands = await Promise.all([leaseAll(one), leaseAll(other), leaseAll(one), leaseAll(other)])
    assert.equal(hands.flat().length, 32)
    assert.equal(new Set(hands.flat()).size, 32)
  })

  it('notes where the bus keeps a request, and shows it to one hub when nobody has looked for a while', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const user = await createPerson(one)
    const [early, late] = [exampleSend(), exampleSend()]
    for (const send of [late, early]) await accepted(one, user, send)
    await publish(one, user, early, { epoch: 5, seq: 1, now: 20 })
    await publish(one, user, late, { epoch: 5, seq: 2, now: 30 })
    assert.deepEqual(await one.requests.leasePublished({ now: 119, idleMs: 100, limit: 9 }), [])
    const leases = await Promise.all(
      [one, other].map((store) => store.requests.leasePublished({ now: 130, idleMs: 100, limit: 1 })),
    )
    assert.deepEqual(leases.flatMap(idsOf).sort(), [early.request_id, late.request_id].sort())
    const found = leases.flat().find(({ requestId }) => requestId === early.request_id)
    assert.deepEqual([found?.state, found?.epoch, found?.seq], ['published', 5, 1])
    assert.deepEqual(await one.requests.leasePublished({ now: 131, idleMs: 100, limit: 9 }), [])
    assert.equal((await one.requests.leasePublished({ now: 230, idleMs: 100, limit: 9 })).length, 2)
  })

  it('publishes again once for each attempt floor', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const user = await createPerson(one)
    const send = exampleSend()
    await accepted(one, user, send)
    assert.equal(await one.requests.republish(user.id, send.request_id, 0), false)
    await publish(one, user, send)
    const tries = await Promise.all(
      [one, other, one].map((store) => store.requests.republish(user.id, send.request_id, 0)),
    )
    assert.deepEqual(tries.filter(Boolean).length, 1)
    const [again] = await one.requests.leaseReady({ now: 30, leaseUntil: 60, limit: 9 })
    assert.deepEqual(
      [again?.state, again?.attemptFloor, again?.epoch, again?.seq],
      ['ready', 100, null, null],
    )
    await publish(one, user, send, { epoch: 6, seq: 1, now: 40 })
    assert.equal(await one.requests.republish(user.id, send.request_id, 0), false)
    assert.equal(await one.requests.republish(user.id, send.request_id, 100), true)
  })

  it('does not revive an ended request that is noted as published too late', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const [answered, cancelled] = [exampleSend(), exampleSend()]
    for (const send of [answered, cancelled]) await accepted(store, user, send)
    await store.requests.recordFinal(exampleFinal(user, answered), 15)
    await store.requests.cancel(user.id, cancelled.request_id, 15)
    for (const send of [answered, cancelled]) await publish(store, user, send)
    assert.equal(await stateOf(store, user, answered), 'answered')
    assert.equal(await stateOf(store, user, cancelled), 'cancelled')
    const traces = await store.requests.purgeableLogs(100, 9)
    const trace = traces.find(({ requestId }) => requestId === cancelled.request_id)
    assert.equal(trace?.seq, 7)
    assert.equal(await store.requests.republish(user.id, answered.request_id, 0), false)
  })
}
