import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import type { OpenCall } from '../calls.ts'
import type { Store, User } from '../store.ts'
import { createMember, createPerson, createSession } from './examples.ts'
import type { It } from './ground.ts'

const leaseMs = 100
const isOpen = { outcome: 'open', replaced: [] }

const openCall = (store: Store, user: User, id: string, change: Partial<OpenCall> = {}) =>
  store.calls.open({ id, userId: user.id, now: 1_000, leaseMs, most: 1, replace: false, ...change })

export function testCalls(it: It): void {
  it('opens as many calls of a person as may be at once, whichever hub they are on', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const user = await createPerson(one)
    const ids = Array.from({ length: 6 }, uuidv7)
    const outcomes = await Promise.all(
      ids.map((id, turn) => openCall(turn % 2 ? one : other, user, id, { most: 2 })),
    )
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'open').length, 2)
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'full').length, 4)
    assert.deepEqual(await openCall(one, await createPerson(one, 'Ben'), uuidv7()), isOpen)
  })

  it('says when the first of a person’s calls could be over, and lets one in when it is', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const [first, second, third] = [uuidv7(), uuidv7(), uuidv7()]
    await openCall(store, user, first, { most: 2 })
    await openCall(store, user, second, { most: 2, now: 1_030 })
    assert.deepEqual(await store.calls.renew([first], 1_050), [first])
    const late = (most: number, now: number) => openCall(store, user, third, { most, now })
    assert.deepEqual(await late(2, 1_060), { outcome: 'full', retryAfterMs: 70 })
    assert.deepEqual(await late(1, 1_060), { outcome: 'full', retryAfterMs: 90 })
    assert.deepEqual(await late(2, 1_129), { outcome: 'full', retryAfterMs: 1 })
    assert.deepEqual(await late(2, 1_130), isOpen)
  })

  it('renews a call that is seen, whatever the limit, and one that was over where there is room', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const user = await createPerson(one)
    const [mine, second] = [uuidv7(), uuidv7()]
    await openCall(one, user, mine)
    assert.deepEqual(await openCall(other, user, mine, { now: 1_099 }), isOpen)
    assert.deepEqual(await openCall(other, user, mine, { now: 1_100, most: 0 }), isOpen)
    assert.deepEqual(await openCall(one, user, mine, { now: 1_500 }), isOpen)
    assert.deepEqual(await openCall(one, user, second, { now: 1_700 }), isOpen)
    assert.equal((await openCall(one, user, mine, { now: 1_700 })).outcome, 'full')
  })

  it('ends the oldest of a person’s calls for one that replaces them', async (ground) => {
    const store = await ground.open()
    const [user, ben] = [await createPerson(store), await createPerson(store, 'Ben')]
    const [old, newer, newest, others] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()]
    await openCall(store, ben, others)
    await openCall(store, user, old, { most: 2 })
    await openCall(store, user, newer, { most: 2, now: 1_010 })
    const opened = await openCall(store, user, newest, { most: 2, now: 1_020, replace: true })
    assert.deepEqual(opened, { outcome: 'open', replaced: [old] })
    const living = await store.calls.renew([old, newer, newest, others], 1_030)
    assert.deepEqual(living.sort(), [newer, newest, others].sort())
    assert.equal((await openCall(store, user, old, { most: 0, replace: true })).outcome, 'full')
    assert.equal((await store.calls.renew([newer, newest], 1_030)).length, 2)
  })

  it('does not let a call in the way whose hub’s clock goes an hour ahead', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    await openCall(store, user, uuidv7(), { now: 3_600_000 })
    assert.deepEqual(await openCall(store, user, uuidv7()), isOpen)
  })

  it('knows a call by its person alone', async (ground) => {
    const store = await ground.open()
    const [ada, ben] = [await createPerson(store), await createPerson(store, 'Ben')]
    const id = uuidv7()
    await openCall(store, ada, id)
    assert.deepEqual(await openCall(store, ben, id), { outcome: 'not_found' })
    assert.deepEqual(await openCall(store, ben, id, { now: 9_000 }), { outcome: 'not_found' })
    await store.calls.end(ben.id, id)
    assert.deepEqual(await store.calls.renew([id, uuidv7()], 1_001), [id])
    assert.equal(await store.calls.exists(id), true)
    await store.calls.end(ada.id, id)
    await store.calls.end(ada.id, id)
    assert.deepEqual(await store.calls.renew([id], 1_001), [])
    assert.equal(await store.calls.exists(id), false)
    assert.deepEqual(await store.calls.renew([], 1_001), [])
  })

  it('forgets calls that nobody has seen for long', async (ground) => {
    const store = await ground.open()
    const user = await createPerson(store)
    const [old, seen] = [uuidv7(), uuidv7()]
    await openCall(store, user, old, { most: 2 })
    await openCall(store, user, seen, { most: 2, now: 2_000 })
    await store.calls.deleteBefore(2_000)
    assert.deepEqual(await store.calls.renew([old, seen], 2_001), [seen])
  })

  it('leaves no call of whose access ends, or who becomes somebody else', async (ground) => {
    const store = await ground.open()
    const [deleted, disabled, guest] = [
      await createMember(store),
      await createMember(store),
      await createPerson(store, 'Guest'),
    ]
    const ids = [uuidv7(), uuidv7(), uuidv7()]
    for (const [turn, user] of [deleted, disabled, guest].entries())
      await openCall(store, user, ids[turn] ?? '')
    await store.accounts.deleteUser(deleted.id, 1_001)
    await store.accounts.disable(disabled.id, 1_001)
    const member = await createMember(store)
    const session = await createSession(store, member, 'a session', { guestId: guest.id })
    await store.guests.takeAlong({ id: session, userId: member.id }, 1_001)
    assert.deepEqual(await store.calls.renew(ids, 1_002), [])
    for (const user of [deleted, disabled])
      assert.deepEqual(await openCall(store, user, uuidv7()), { outcome: 'not_found' })
  })
}
