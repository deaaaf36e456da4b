import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import type { AuditEntry } from '../audit.ts'
import type { Database } from '../database.ts'
import { maxFlowsPerBrowser } from '../flows.ts'
import { createMember } from './examples.ts'
import type { It } from './ground.ts'

export function testRecords(it: It): void {
  it('gives a flow to one of ten who come back with it, and to no other browser', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const flow = { stateHash: 's', bindingHash: 'b', json: '{"nonce":1}', expiresAt: 100 }
    assert.equal(await one.flows.create(flow, 10), true)
    assert.equal(await one.flows.create({ ...flow, json: 'another' }, 10), false)
    assert.equal(await other.flows.take('s', 'another browser', 11), undefined)
    const takes = Array.from({ length: 10 }, (_, turn) => (turn % 2 ? one : other).flows.take('s', 'b', 11))
    assert.deepEqual((await Promise.all(takes)).filter(Boolean), ['{"nonce":1}'])
  })

  it('holds a bounded number of flows for each browser, and none past its end', async (ground) => {
    const { flows } = await ground.open()
    const flow = (turn: number) => ({
      stateHash: `s${turn}`,
      bindingHash: 'b',
      json: '{}',
      expiresAt: 100 + turn,
    })
    for (let turn = 0; turn <= maxFlowsPerBrowser; turn += 1) await flows.create(flow(turn), 10)
    assert.equal(await flows.take('s0', 'b', 11), undefined)
    assert.equal(await flows.take('s1', 'b', 101), undefined)
    assert.equal(await flows.take('s2', 'b', 101), '{}')
    await flows.deleteExpired(103)
    assert.equal(await flows.take('s3', 'b', 11), undefined)
    assert.equal(await flows.take('s4', 'b', 11), '{}')
  })

  it('lists what was done, newest first, page by page, and after its people are gone', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    const entry = (at: number, subjectId: string | null = null) => ({
      ...{ id: uuidv7(at), at, act: 'sign-in', actorId: user.id, subjectId, address: '203.0.113.9' },
      facts: { provider: 'Home' },
    })
    const entries = [entry(1), entry(2, user.id), entry(3)]
    for (const one of entries) await store.audit.add(one)
    await store.accounts.deleteUser(user.id, 4)
    const kept = entries.map((one) => ({ ...one, address: null }))
    const first = await store.audit.list({ limit: 2 })
    assert.deepEqual(first.items, [kept[2], kept[1]])
    assert.deepEqual((await store.audit.list({ limit: 2, before: first.next ?? '' })).items, [kept[0]])
    assert.deepEqual((await store.audit.list({ limit: 9, subjectId: user.id })).items, [kept[1]])
    assert.equal((await store.audit.list({ limit: 9, personId: user.id })).items.length, 3)
    assert.deepEqual((await store.audit.list({ limit: 9, act: 'sign-up' })).items, [])
    await store.audit.deleteBefore(3)
    assert.deepEqual((await store.audit.list({ limit: 9 })).items, [kept[2]])
  })

  it('keeps no address and no note of somebody who is gone, and those of others', async (ground) => {
    const store = await ground.open()
    const admin = await createMember(store, { role: 'admin' })
    const invitation = {
      tokenHash: 'for-mia',
      role: 'user',
      note: 'Mia from work',
      createdBy: admin.id,
    } as const
    await store.invitations.create({ ...invitation, id: uuidv7(), createdAt: 5, expiresAt: 100 })
    const identity = {
      issuer: 'https://id.example',
      subject: 'm',
      email: null,
      emailVerified: false,
      label: '',
    }
    const who = { name: 'Mia', role: 'user', email: null, userId: uuidv7(), now: 10 } as const
    await store.identities.signUp({ ...who, proof: { identity }, invitationHash: 'for-mia' })
    const entry = { at: 20, act: 'x', facts: {}, address: '203.0.113.9' }
    for (const [actorId, subjectId] of [
      [who.userId, who.userId],
      [null, who.userId],
      [admin.id, who.userId],
      [admin.id, null],
    ] as const)
      await store.audit.add({ ...entry, id: uuidv7(), actorId, subjectId })
    await store.accounts.deleteUser(who.userId, 30)
    const { items } = await store.audit.list({ limit: 9 })
    const addressesOf = (id: string | null) =>
      items.filter(({ actorId }) => actorId === id).map(({ address }) => address)
    assert.deepEqual(addressesOf(who.userId), [null])
    assert.deepEqual(addressesOf(null), [null])
    assert.deepEqual(addressesOf(admin.id), ['203.0.113.9', '203.0.113.9'])
    const [used] = await store.invitations.list(9)
    assert.deepEqual([used?.note, used?.usedBy, used?.usedAt], ['', null, 10])
  })

  it('folds what differs in nothing but its time, whichever hub notes it, and past a bound the addresses too', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const entry = (at: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
      ...{ id: uuidv7(at), at, act: 'sign-in-refused', actorId: null, subjectId: null },
      ...{ address: '203.0.113.9', facts: { by: 'passkey' }, ...change },
    })
    const fold = { windowStart: 0, most: 2 }
    const folded = (from: string, change: Partial<AuditEntry> = {}, at = 10) =>
      other.audit.addFolded(entry(at, { address: from, ...change }), { ...fold, addressKey: from })
    const tries = Array.from({ length: 10 }, (_, turn) =>
      (turn % 2 ? one : other).audit.addFolded(entry(turn), { ...fold, addressKey: 'home' }),
    )
    await Promise.all(tries)
    await folded('198.51.100.1')
    for (const from of ['198.51.100.2', '198.51.100.3', '198.51.100.1']) await folded(from, {}, 20)
    const person = uuidv7()
    await folded('198.51.100.4', { actorId: person }, 30)
    await one.audit.addFolded(entry(40), { ...fold, windowStart: 40, addressKey: 'home' })
    const { items } = await one.audit.list({ limit: 99 })
    const told = items.map(({ actorId, address, facts }) => [actorId, address, facts.times, facts.scattered])
    const expected = [
      [null, '203.0.113.9', undefined, undefined],
      [person, '198.51.100.4', undefined, undefined],
      [null, '198.51.100.1', 2, undefined],
      [null, null, 2, true],
      [null, '203.0.113.9', 10, undefined],
    ]
    assert.deepEqual(new Set(told.map(String)), new Set(expected.map(String)))
    assert.equal(items.length, expected.length)
    const { next = '' } = await one.audit.list({ limit: 2 })
    assert.equal((await one.audit.list({ limit: 9, before: next })).items.length, 3)
  })

  it('looks at no row of others to forget the addresses of somebody who is gone', async (ground) => {
    await ground.open()
    const plan = await planOf(await ground.openDatabase(), uuidv7())
    assert.match(plan, /audit_log_by_actor/)
    assert.doesNotMatch(plan, /SCAN|Seq Scan/)
  })

  it('counts up to a limit, whichever hub counts, and begins anew in the next window', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const counter = { key: 'messages:x', windowStart: 60_000 }
    const takes = Array.from({ length: 12 }, (_, turn) => (turn % 2 ? one : other).limits.take(counter, 1, 5))
    assert.equal((await Promise.all(takes)).filter(Boolean).length, 5)
    assert.equal(await one.limits.read(counter), 5)
    assert.equal(await one.limits.take({ ...counter, windowStart: 120_000 }, 1, 5), true)
    assert.equal(await one.limits.take({ ...counter, key: 'messages:y' }, 6, 5), false)
    await other.limits.add(counter, 70)
    assert.equal(await one.limits.read(counter), 75)
    await one.limits.add({ key: 'attempts:one', windowStart: 180_000 }, 1)
    await one.limits.add({ key: 'tokens:one', windowStart: 180_000 }, 1)
    await one.limits.deleteBefore(240_000, 'attempts:')
    assert.equal(await one.limits.read({ key: 'attempts:one', windowStart: 180_000 }), 0)
    assert.equal(await one.limits.read({ key: 'tokens:one', windowStart: 180_000 }), 1)
    await one.limits.deleteBefore(120_000)
    assert.equal(await one.limits.read(counter), 0)
    assert.equal(await one.limits.read({ ...counter, windowStart: 120_000 }), 1)
  })

  it('keeps what an admin set, for all hubs', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const by = { userId: uuidv7(), now: 5 }
    assert.equal(await one.houseSettings.get('limits'), undefined)
    await one.houseSettings.set('limits', { user: 3 }, by)
    await one.houseSettings.set('limits', { user: 4 }, by)
    assert.deepEqual(await other.houseSettings.get('limits'), { user: 4 })
  })
}

/** How the database goes about `forgetAddresses`. */
const planOf = (database: Database, id: string): Promise<string> =>
  database.write(async (queries) => {
    const isPostgres = database.kind === 'postgres'
    // Of a table with so few rows PostgreSQL would rather read them all.
    if (isPostgres) await sql`set local enable_seqscan = off`.execute(queries)
    const explain = sql.raw(isPostgres ? 'explain' : 'explain query plan')
    const { rows } = await sql`${explain} update audit_log set address = null
      where actor_id = ${id} or (actor_id is null and subject_id = ${id})`.execute(queries)
    return JSON.stringify(rows)
  })
