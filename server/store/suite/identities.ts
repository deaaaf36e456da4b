import assert from 'node:assert/strict'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { type Identity, maxIdentitiesPerUser } from '../identities.ts'
import type { SignUp } from '../sign-up.ts'
import {
  converse,
  createMember,
  createPerson,
  createSession,
  exampleSend,
  shownPath,
  told,
} from './examples.ts'
import type { It } from './ground.ts'

const exampleIdentity = (change: Partial<Identity> = {}): Identity => ({
  ...{ issuer: 'https://id.example', subject: 's1', email: 'mia@example.org', emailVerified: true },
  label: 'Mia',
  ...change,
})

const exampleSignUp = (change: Partial<SignUp> = {}): SignUp => ({
  ...{ name: 'Mia', role: 'user', email: 'mia@example.org', userId: uuidv7(), now: 20 },
  proof: { identity: exampleIdentity() },
  ...change,
})

export function testIdentities(it: It): void {
  it('signs somebody up once, and knows them by issuer and subject alone', async (ground) => {
    const store = await ground.open()
    const { identities } = store
    const made = await identities.signUp(exampleSignUp())
    assert.ok(made.outcome === 'created')
    const expected = { name: 'Mia', kind: 'member', role: 'user', email: 'mia@example.org', createdAt: 20 }
    assert.deepEqual(made.user, { id: made.user.id, ...expected })
    assert.equal((await identities.findUser('https://id.example', 's1'))?.id, made.user.id)
    assert.equal(await identities.findUser('https://id.example', 's2'), undefined)
    assert.equal(await identities.findUser('https://other.example', 's1'), undefined)
    const twin = exampleIdentity({ issuer: 'https://other.example' })
    const second = await identities.signUp(exampleSignUp({ proof: { identity: twin } }))
    assert.ok(second.outcome === 'created' && second.user.id !== made.user.id)
  })

  it('makes one person of ten who sign up with one identity at once', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const tries = Array.from({ length: 10 }, (_, turn) =>
      (turn % 2 ? one : other).identities.signUp(exampleSignUp()),
    )
    const outcomes = await Promise.all(tries)
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'created').length, 1)
    const ids = outcomes.flatMap((result) => (result.outcome === 'invitation_gone' ? [] : result.user.id))
    assert.deepEqual([ids.length, new Set(ids).size], [10, 1])
    assert.equal((await one.accounts.listUsers({ limit: 9 })).items.length, 1)
  })

  it('makes a guest the person who signs up, conversations and all, and ends the guest’s sessions', async (ground) => {
    const store = await ground.open()
    const guest = await createPerson(store, 'Guest')
    const session = await createSession(store, guest, 'planted')
    const said = await converse(store, guest, exampleSend())
    const made = await store.identities.signUp(exampleSignUp({ guestId: guest.id }))
    assert.ok(made.outcome === 'created')
    assert.deepEqual([made.user.id, made.user.kind, made.user.createdAt], [guest.id, 'member', 1])
    assert.equal((await shownPath(store, made.user, said.conversation_id)).length, 2)
    assert.equal(await store.sessions.find('planted', 20), undefined)
    assert.deepEqual(await told(store), [['ended', [session]]])
    const identity = exampleIdentity({ subject: 's2' })
    const again = await store.identities.signUp(exampleSignUp({ proof: { identity }, guestId: guest.id }))
    assert.ok(again.outcome === 'created' && again.user.id !== guest.id, 'a member is nobody’s to take')
  })

  it('uses an invitation up once, with its role, and undoes a sign-up that came too late', async (ground) => {
    const [one, other] = [await ground.open(), await ground.open()]
    const admin = await createMember(one, { role: 'admin' })
    const id = uuidv7()
    const invitation = { id, tokenHash: 'inv', role: 'premium', note: 'Ben', createdBy: admin.id } as const
    await one.invitations.create({ ...invitation, createdAt: 5, expiresAt: 100 })
    assert.equal((await one.invitations.find('inv', 99))?.note, 'Ben')
    assert.equal(await one.invitations.find('inv', 100), undefined)
    const tries = ['a', 'b', 'c', 'd'].map((subject, turn) =>
      (turn % 2 ? one : other).identities.signUp(
        exampleSignUp({ proof: { identity: exampleIdentity({ subject }) }, invitationHash: 'inv' }),
      ),
    )
    const outcomes = await Promise.all(tries)
    const created = outcomes.flatMap((result) => (result.outcome === 'created' ? [result.user] : []))
    assert.deepEqual([created.length, created[0]?.role], [1, 'premium'])
    assert.equal((await one.accounts.listUsers({ limit: 9 })).items.length, 2)
    const [used] = await one.invitations.list(9)
    assert.deepEqual([used?.usedBy, used?.usedAt], [created[0]?.id, 20])
    assert.equal(await one.invitations.delete(id), false)
    assert.equal(await one.invitations.find('inv', 30), undefined)
  })

  it('lets nobody in by the invitation of somebody who is no admin any more, nor tells of it', async (ground) => {
    const store = await ground.open()
    const { accounts, invitations, identities } = store
    await createMember(store, { name: 'Owner', kind: 'owner', role: 'admin' })
    const changes: [string, (id: string) => Promise<unknown>][] = [
      ['switched off', (id) => accounts.disable(id, 20)],
      ['demoted', (id) => accounts.setRole(id, 'premium', 20)],
      ['deleted', (id) => accounts.deleteUser(id, 20)],
    ]
    for (const [what, change] of changes) {
      const maker = await createMember(store, { role: 'admin' })
      const invitation = { tokenHash: what, role: 'admin', note: '', createdBy: maker.id } as const
      await invitations.create({ ...invitation, id: uuidv7(), createdAt: 5, expiresAt: 100 })
      assert.ok(await invitations.find(what, 10), what)
      await change(maker.id)
      assert.equal(await invitations.find(what, 10), undefined, what)
      const proof = { identity: exampleIdentity({ subject: what }) }
      const outcome = await identities.signUp(exampleSignUp({ proof, invitationHash: what }))
      assert.deepEqual(outcome, { outcome: 'invitation_gone' }, what)
    }
  })

  it('links and unlinks providers, never somebody else’s and never the last', async (ground) => {
    const store = await ground.open()
    const made = await store.identities.signUp(exampleSignUp())
    assert.ok(made.outcome === 'created')
    const { id } = made.user
    const other = exampleIdentity({ issuer: 'https://github.com', subject: '42' })
    const issuers = ['https://id.example', 'https://github.com']
    const offered = { rpId: undefined, issuers, recoveryCodes: false }
    const { identities } = store
    assert.equal(
      await identities.unlink(id, { issuer: 'https://id.example', subject: 's1' }, offered),
      'last',
    )
    assert.equal(await identities.link(other, id, 30), 'linked')
    assert.equal(await identities.link(other, id, 31), 'already')
    const stranger = await createMember(store, { name: 'Eve' })
    assert.equal(await identities.link(other, stranger.id, 32), 'taken')
    assert.equal(
      await identities.unlink(stranger.id, { issuer: 'https://github.com', subject: '42' }, offered),
      'none',
    )
    const both = await Promise.all([
      identities.unlink(id, { issuer: 'https://id.example', subject: 's1' }, offered),
      identities.unlink(id, { issuer: 'https://github.com', subject: '42' }, offered),
    ])
    assert.deepEqual(both.toSorted(), ['last', 'unlinked'])
    assert.equal((await identities.list(id)).length, 1)
  })

  it('links a bounded number of accounts to each person, from however many hubs', async (ground) => {
    const [store, other] = [await ground.open(), await ground.open()]
    const user = await createMember(store)
    const link = (subject: number | string, hub = store) =>
      hub.identities.link(exampleIdentity({ subject: `many ${subject}` }), user.id, 30)
    for (let count = 1; count < maxIdentitiesPerUser; count += 1) assert.equal(await link(count), 'linked')
    const last = await Promise.all([link('here'), link('there', other)])
    assert.deepEqual(last.toSorted(), ['full', 'linked'])
    assert.equal(await link(1), 'already')
    const { issuer, subject } = exampleIdentity({ subject: 'many 1' })
    const offered = { rpId: undefined, issuers: [issuer], recoveryCodes: false }
    assert.equal(await store.identities.unlink(user.id, { issuer, subject }, offered), 'unlinked')
    assert.equal(await link(1), 'linked')
  })

  it('notes what the provider says now, and takes an address only when it is verified', async (ground) => {
    const store = await ground.open()
    const made = await store.identities.signUp(exampleSignUp())
    assert.ok(made.outcome === 'created')
    const emailNow = async () => (await store.accounts.findUser(made.user.id))?.email
    await store.identities.noteSignIn(exampleIdentity({ email: 'eve@example.org', emailVerified: false }), 40)
    assert.equal(await emailNow(), 'mia@example.org')
    await store.identities.noteSignIn(exampleIdentity({ email: 'new@example.org', label: 'Mia B.' }), 41)
    assert.equal(await emailNow(), 'new@example.org')
    const [linked] = await store.identities.list(made.user.id)
    assert.deepEqual([linked?.label, linked?.lastUsedAt, linked?.emailVerified], ['Mia B.', 41, true])
  })
}
