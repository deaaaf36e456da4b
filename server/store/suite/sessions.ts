import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { maxSessionsPerUser } from '../session-queries.ts'
import { createMember, createPerson, createSession, told } from './examples.ts'
import type { It } from './ground.ts'

export function testSessions(it: It): void {
  it('lets a session in until its end, which its use moves', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    const id = await createSession(store, user, 'aa', { expiresAt: 100, device: 'Firefox on Linux' })
    const { sessions } = store
    assert.deepEqual(await sessions.find('aa', 99), {
      ...{ user, id, createdAt: 5, expiresAt: 100, lastUsedAt: 5, signedInAt: 5 },
      ...{ rotationDue: false, byPrevious: false },
    })
    assert.equal(await sessions.find('aa', 100), undefined)
    assert.equal(await sessions.find('bb', 99), undefined)
    await sessions.touch('aa', { now: 90, expiresAt: 200, id: uuidv7() })
    const found = await sessions.find('aa', 150)
    assert.deepEqual([found?.id, found?.lastUsedAt, found?.signedInAt, found?.expiresAt], [id, 90, 5, 200])
    const [listed] = await sessions.list(user.id, 150)
    assert.deepEqual(listed, { id, createdAt: 5, lastUsedAt: 90, device: 'Firefox on Linux', way: null })
    assert.deepEqual(await sessions.list(user.id, 200), [])
  })

  it('names a session that an older hub made, at its first use', async (ground) => {
    const [store, database] = [await ground.open(), await ground.openDatabase()]
    const user = await createMember(store)
    const older = { token_hash: 'aa', user_id: user.id, created_at: 5, expires_at: 100 }
    await database.write(async (queries) => {
      await queries.insertInto('sessions').values(older).execute()
    })
    const found = await store.sessions.find('aa', 10)
    assert.deepEqual([found?.id, found?.lastUsedAt, found?.signedInAt], [null, 5, 5])
    const [first, second] = [uuidv7(), uuidv7()]
    await store.sessions.touch('aa', { now: 10, expiresAt: 200, id: first })
    await store.sessions.touch('aa', { now: 11, expiresAt: 200, id: second })
    assert.equal((await store.sessions.find('aa', 10))?.id, first)
  })

  it('takes the token before a rotation for a while, and gives one of ten a new one', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const user = await createMember(one)
    const id = await createSession(one, user, 'old')
    await one.accounts.setRole(user.id, 'premium', 10)
    assert.equal((await one.sessions.find('old', 10))?.rotationDue, true)
    const tries = Array.from({ length: 10 }, (_, turn) =>
      (turn % 2 ? one : other).sessions.rotate('old', { tokenHash: `new ${turn}`, graceUntil: 50 }),
    )
    assert.equal((await Promise.all(tries)).filter(Boolean).length, 1)
    const before = await one.sessions.find('old', 49)
    assert.deepEqual([before?.id, before?.byPrevious, before?.rotationDue], [id, true, false])
    assert.equal(await one.sessions.find('old', 50), undefined)
  })

  it('ends the sessions of everybody but guests, and but one, a bounded number at a time', async (ground) => {
    const store = await ground.open()
    const [admin, other] = [await createMember(store), await createMember(store, { name: 'Ben' })]
    const guest = await createPerson(store)
    const keptId = await createSession(store, admin, 'kept')
    for (const hash of ['one', 'two']) await createSession(store, other, hash)
    await createSession(store, admin, 'three')
    await createSession(store, guest, 'of a guest')
    await createSession(store, other, 'later', { createdAt: 21 })
    const end = () => store.sessions.endEverybodys({ keptId, limit: 2, now: 20 })
    assert.deepEqual([await end(), await end(), await end()], [2, 1, 0])
    const left = await Promise.all([admin, other, guest].map(({ id }) => store.sessions.list(id, 20)))
    assert.deepEqual(
      left.map((one) => one.length),
      [1, 1, 1],
    )
    assert.equal((await told(store)).flatMap(([, ended]) => ended).length, 3)
  })

  it('ends one session, or all but one, tells the hubs, and leaves other people alone', async (ground) => {
    const store = await ground.open()
    const [mia, ben] = [await createMember(store), await createMember(store, { name: 'Ben' })]
    const ids: string[] = []
    for (const hash of ['a', 'b', 'c']) ids.push(await createSession(store, mia, hash))
    const [first = '', second = '', third = ''] = ids
    const his = await createSession(store, ben, 'his')
    assert.equal(await store.sessions.end(ben.id, first, 20), false)
    assert.equal(await store.sessions.end(mia.id, first, 20), true)
    assert.equal(await store.sessions.end(mia.id, first, 20), false)
    assert.deepEqual(await told(store), [['ended', [first]]])
    assert.equal(await store.sessions.endOthers(mia.id, third, 21), 1)
    assert.deepEqual((await told(store)).at(-1), ['ended', [second]])
    const left = await store.sessions.living([first, second, third, his], 22)
    assert.deepEqual(left.map(({ id }) => id).sort(), [third, his].sort())
    const [pending] = await store.revocations.pending(1)
    await store.revocations.markTold(pending?.id ?? '')
    assert.equal((await told(store)).length, 1)
  })

  it('says how a session began, by a provider or by a way of the house itself', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    await createSession(store, user, 'a', {
      proof: { provider: 'home', issuer: 'https://id.example', subject: 's1' },
    })
    const own = await createSession(store, user, 'b', { way: 'passkey' })
    await createSession(store, user, 'c')
    const ways = (await store.sessions.list(user.id, 10)).map(({ way }) => String(way))
    assert.deepEqual(ways.toSorted(), ['home', 'null', 'passkey'])
    assert.equal(await store.sessions.proofOf(own), undefined)
  })

  it('ends what a provider signed out: one of its sessions, or all of a subject', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    const proof = { provider: 'Home', issuer: 'https://id.example', subject: 's1', idToken: 'jwt' }
    const one = await createSession(store, user, 'a', { proof: { ...proof, sid: 'x' } })
    await createSession(store, user, 'b', { proof: { ...proof, sid: 'y' } })
    const elsewhere = { ...proof, issuer: 'https://other.example', sid: 'x' }
    const other = await createSession(store, user, 'c', { proof: elsewhere })
    const { issuer, subject } = proof
    assert.deepEqual(await store.sessions.proofOf(one), { ...proof, sid: 'x' })
    assert.equal(await store.sessions.endOfIdentity({ issuer }, 10), 0)
    assert.equal(await store.sessions.endOfIdentity({ issuer, sid: 'x' }, 10), 1)
    assert.equal(await store.sessions.endOfIdentity({ issuer, subject: 'nobody' }, 10), 0)
    assert.equal(await store.sessions.endOfIdentity({ issuer, subject }, 10), 1)
    assert.deepEqual(
      (await store.sessions.list(user.id, 10)).map(({ id }) => id),
      [other],
    )
  })

  it('ends, of a subject whose session a provider names, also those it never named', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    const proof = { provider: 'google', issuer: 'https://id.example', subject: '42' }
    await createSession(store, user, 'unnamed', { proof })
    const named = await createSession(store, user, 'named', { proof: { ...proof, sid: 'y' } })
    const { issuer, subject } = proof
    assert.equal(await store.sessions.endOfIdentity({ issuer, sid: 'x' }, 10), 0)
    assert.equal(await store.sessions.endOfIdentity({ issuer, subject, sid: 'x' }, 10), 1)
    assert.deepEqual(
      (await store.sessions.list(user.id, 10)).map(({ id }) => id),
      [named],
    )
  })

  it('holds a bounded number of sessions for each person, and ends the least used', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    const first = await createSession(store, user, 'first', { createdAt: 1 })
    for (let count = 1; count < maxSessionsPerUser; count += 1)
      await createSession(store, user, `hash ${count}`, { createdAt: 1 + count })
    assert.equal((await store.sessions.list(user.id, 9)).length, maxSessionsPerUser)
    await createSession(store, user, 'one more', { createdAt: 900 })
    assert.equal((await store.sessions.list(user.id, 9)).length, maxSessionsPerUser)
    assert.equal(await store.sessions.find('first', 9), undefined)
    assert.deepEqual(await told(store), [['ended', [first]]])
  })

  it('forgets sessions that have expired, and no others', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    await createSession(store, user, 'expired', { expiresAt: 50 })
    await createSession(store, user, 'valid', { expiresAt: 51 })
    await store.sessions.deleteExpired(50)
    assert.equal(await store.sessions.find('expired', 0), undefined)
    assert.ok(await store.sessions.find('valid', 0))
  })
}
