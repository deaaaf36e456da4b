import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import {
  accept,
  accepted,
  converse,
  createMember,
  createPerson,
  createSession,
  exampleSend,
  publish,
  sendAfter,
  stateOf,
  told,
} from './examples.ts'
import type { It } from './ground.ts'

export function testAccess(it: It): void {
  it('changes a role, has its sessions get new tokens, and never takes the owner’s', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    await createSession(store, user, 'aa')
    assert.equal(await store.accounts.setRole(user.id, 'admin', 10), true)
    assert.equal((await store.sessions.find('aa', 10))?.user.role, 'admin')
    assert.equal((await store.sessions.find('aa', 10))?.rotationDue, true)
    const [change] = await store.revocations.pending(9)
    assert.deepEqual([change?.kind, change?.userId, change?.role], ['changed', user.id, 'admin'])
    assert.equal(await store.accounts.setRole(user.id, 'admin', 11), true)
    assert.equal((await told(store)).length, 1, 'nothing changed the second time')
    await store.accounts.createOwnerLink({ tokenHash: 'link', expiresAt: 100 })
    const owner = await store.accounts.claimOwnerLink('link', 10)
    assert.equal(await store.accounts.setRole(owner?.id ?? '', 'user', 12), false)
    assert.equal(await store.accounts.disable(owner?.id ?? '', 12), false)
    assert.equal(await store.accounts.setRole(uuidv7(), 'user', 12), false)
  })

  it('lets a disabled user in nowhere, ends what is open, and lets an enabled one in again', async (ground) => {
    const store = await ground.open()
    const user = await createMember(store)
    await createSession(store, user, 'aa')
    const published = exampleSend()
    const waiting = sendAfter(published, 'next')
    for (const send of [published, waiting]) await accepted(store, user, send)
    await publish(store, user, published)
    assert.equal(await store.accounts.disable(user.id, 40), true)
    assert.equal((await store.accounts.findUser(user.id))?.disabledAt, 40)
    assert.equal(await store.sessions.find('aa', 41), undefined)
    assert.equal(await stateOf(store, user, waiting), 'cancelled')
    assert.equal((await store.requests.cancelling(9))[0]?.requestId, published.request_id)
    assert.deepEqual((await told(store)).at(-1), ['everything', []])
    const refused = await accept(store, user, exampleSend())
    assert.deepEqual(refused, { outcome: 'refused', code: 'not_allowed' })
    // A session that was opened at the very moment of it is let in no more than any other.
    await createSession(store, user, 'bb')
    assert.equal(await store.sessions.find('bb', 41), undefined)
    assert.equal(await store.accounts.enable(user.id), true)
    assert.ok(await store.sessions.find('bb', 42))
    await accepted(store, user, exampleSend())
  })

  it('removes a person with everything that is theirs, and says what the bus may hold', async (ground) => {
    const store = await ground.open()
    const [mia, ben] = [await createMember(store), await createMember(store, { name: 'Ben' })]
    await createSession(store, mia, 'hers')
    const hers = exampleSend()
    await accepted(store, mia, hers)
    await publish(store, mia, hers)
    const his = await converse(store, ben, exampleSend())
    const traces = await store.accounts.deleteUser(mia.id, 50)
    assert.deepEqual(traces, [{ userId: mia.id, requestId: hers.request_id, seq: 7 }])
    assert.equal(await store.accounts.findUser(mia.id), undefined)
    assert.equal(await store.sessions.find('hers', 50), undefined)
    assert.equal(await store.conversations.find(mia.id, hers.conversation_id), undefined)
    assert.ok(await store.conversations.find(ben.id, his.conversation_id))
    assert.deepEqual((await told(store)).at(-1), ['everything', []])
    assert.equal(await store.accounts.deleteUser(mia.id, 51), undefined)
  })

  it('lists who signed up, newest first, page by page, and no guests', async (ground) => {
    const store = await ground.open()
    await createPerson(store)
    for (const [index, name] of ['one', 'two', 'three'].entries())
      await createMember(store, { name, createdAt: 10 + Math.min(index, 1) })
    const first = await store.accounts.listUsers({ limit: 2 })
    const rest = await store.accounts.listUsers({ limit: 2, before: first.next ?? '' })
    const names = [...first.items, ...rest.items].map(({ name }) => name)
    assert.deepEqual([names.slice(0, 2).sort(), names[2]], [['three', 'two'], 'one'])
    assert.equal(rest.next, undefined)
    const [someone] = rest.items
    assert.equal(await store.accounts.rename(someone?.id ?? '', 'Renamed', 20), true)
    assert.equal((await store.accounts.findUser(someone?.id ?? ''))?.name, 'Renamed')
  })

  it('finds people by words of name and address, and takes no word for a pattern', async (ground) => {
    const { accounts } = await ground.open()
    const store = await ground.open()
    await createMember(store, { name: 'Ada Lovelace', email: 'ada@example.org' })
    await createMember(store, { name: 'Grace Hopper', email: null })
    const found = async (query: string) =>
      (await accounts.listUsers({ limit: 9, query })).items.map(({ name }) => name)
    assert.deepEqual(await found('LOVE example'), ['Ada Lovelace'])
    assert.deepEqual(await found('hop'), ['Grace Hopper'])
    for (const none of ['ada hop', '%', '_', '\\']) assert.deepEqual(await found(none), [], none)
    assert.equal((await found(' ')).length, 2)
    const [grace] = (await accounts.listUsers({ limit: 9, query: 'grace' })).items
    assert.deepEqual(await accounts.findUsers([grace?.id ?? '', uuidv7()]), [grace])
    assert.deepEqual(await accounts.findUsers([]), [])
  })

  it('finds people whatever the case and accents of their names, as they are called now', async (ground) => {
    const store = await ground.open()
    const found = async (query: string) =>
      (await store.accounts.listUsers({ limit: 9, query })).items.map(({ name }) => name)
    await createMember(store, { name: 'Łukasz Ågren', email: null })
    const zoe = await createMember(store, { name: 'Zoë', email: null })
    assert.deepEqual(await found('ÅGREN'), ['Łukasz Ågren'])
    assert.deepEqual(await found('agren'), ['Łukasz Ågren'])
    assert.deepEqual(await found('ZOE'), ['Zoë'])
    await store.accounts.rename(zoe.id, 'Šárka Öz', 20)
    assert.deepEqual([await found('zoe'), await found('sarka OZ')], [[], ['Šárka Öz']])
    const identity = { issuer: 'https://id.example', subject: 's1', label: 'S', emailVerified: true }
    await store.identities.link({ ...identity, email: null }, zoe.id, 21)
    await store.identities.noteSignIn({ ...identity, email: 'Jiří@example.org' }, 22)
    assert.deepEqual(await found('jiri sarka'), ['Šárka Öz'])
    const guest = await createPerson(store, 'Guest')
    const signUp = { name: 'Été', role: 'user', email: null, userId: uuidv7(), now: 23 } as const
    const proof = { identity: { ...identity, subject: 's2', email: null } }
    await store.identities.signUp({ ...signUp, proof, guestId: guest.id })
    assert.deepEqual(await found('ete'), ['Été'])
  })

  it('keeps one admin, also of two who take the role from each other at once', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const ada = await createMember(one, { role: 'admin' })
    const ben = await createMember(one, { role: 'admin' })
    const outcomes = await Promise.allSettled([
      one.accounts.setRole(ben.id, 'user', 10),
      other.accounts.disable(ada.id, 10),
    ])
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const left = (await one.accounts.findUser(ada.id))?.disabledAt === null ? ada : ben
    await assert.rejects(one.accounts.setRole(left.id, 'premium', 11), { code: 'conflict' })
    await assert.rejects(one.accounts.disable(left.id, 11), { code: 'conflict' })
    await assert.rejects(one.accounts.deleteUser(left.id, 11), { code: 'conflict' })
    assert.equal(await one.accounts.setRole(left.id, 'admin', 11), true)
    assert.equal(await one.accounts.setRole(left.id, 'user', 12, { evenTheLast: true }), true)
  })
}
