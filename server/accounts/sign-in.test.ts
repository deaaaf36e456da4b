import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import { converse } from '../../testing/pages/open-house.ts'
import type { HubConfig } from '../config.ts'
import { readConfig } from '../config.ts'
import type { Rooms } from '../house.ts'
import type { Role } from '../store/store.ts'
import { linkIdentity, unlinkIdentity } from './link-identity.ts'
import { createProviders } from './providers/all.ts'
import { freshSignInMs } from './sessions/lifetime.ts'
import { hashToken, newToken } from './sessions/tokens.ts'
import { identityOf, type ProvenIdentity, type SignInVisit, signInWithIdentity } from './sign-in.ts'

let house: TestHouse

before(async () => {
  house = await startTestHouse()
})
after(() => house?.[Symbol.asyncDispose]())

const proven = (change: Partial<ProvenIdentity> = {}): ProvenIdentity => ({
  ...{ issuer: 'https://id.example', subject: uuidv7(), name: 'Mia', emailVerified: true },
  email: 'mia@club.example',
  ...change,
})

const issuer = {
  ...{ slug: 'club', name: 'Club', issuer: 'https://id.example', scope: 'openid', tellsSignIn: true },
  ...{ clientId: 'home', clientSecret: 'secret' },
}

/** Signs in under rules of its own. */
function signIn(identity: ProvenIdentity, rules: Partial<HubConfig> = {}, visit: SignInVisit = {}) {
  return signInWithIdentity(roomsWith(rules), identity, visit)
}

function roomsWith(rules: Partial<HubConfig>): Rooms {
  const config = { ...readConfig({}), ...rules }
  return { ...house.hub.app.rooms, config, providers: createProviders(config) }
}

async function mustSignIn(identity: ProvenIdentity, rules: Partial<HubConfig> = {}, visit: SignInVisit = {}) {
  const result = await signIn(identity, rules, visit)
  assert.ok(result.outcome === 'signed-in', JSON.stringify(result))
  return result
}

const open = { signUp: 'open' } as const
const admins = { adminEmails: ['mia@club.example'], issuers: [issuer] }
const google = { googleClientId: 'id', googleClientSecret: 'secret' }
const lists = { signUpDomains: ['club.example'], signUpEmails: ['ben@mail.example'] }

const rules: [string, Partial<HubConfig>, Partial<ProvenIdentity>, string][] = [
  ['without an invitation', {}, {}, 'not_invited'],
  ['where the house is open', open, { emailVerified: false }, 'in'],
  ['from a listed domain', lists, { email: 'Mia@Club.Example' }, 'in'],
  ['with a listed address', lists, { email: 'ben@mail.example' }, 'in'],
  ['with another address of that domain', lists, { email: 'eve@mail.example' }, 'not_invited'],
  ['from below a listed domain', lists, { email: 'eve@not.club.example' }, 'not_invited'],
  ['with a domain that ends like it', lists, { email: 'eve@myclub.example' }, 'not_invited'],
  ['with an address nobody verified', lists, { emailVerified: false }, 'email_unverified'],
  [
    'unlisted, where open means the list',
    { ...open, ...lists },
    { email: 'eve@mail.example' },
    'not_invited',
  ],
  ['from a listed domain to a closed house', { signUp: 'closed', ...lists }, {}, 'closed'],
  ['as a named admin to a closed house', { signUp: 'closed', ...admins }, {}, 'in'],
  ['under an admin’s address nobody verified', admins, { emailVerified: false }, 'not_invited'],
]

for (const [how, settings, identity, expected] of rules)
  test(`somebody new ${how}: ${expected}`, async () => {
    const result = await signIn(proven(identity), settings)
    assert.equal(result.outcome === 'refused' ? result.reason : 'in', expected)
  })

test('the same person comes back as the same, whatever is called otherwise by now', async () => {
  const identity = proven()
  const first = await mustSignIn(identity, open)
  const again = await mustSignIn({ ...identity, name: 'Maria', email: 'new@club.example' })
  assert.deepEqual([first.isNew, again.isNew], [true, false])
  assert.deepEqual(
    [again.user.id, again.user.name, again.user.email],
    [first.user.id, 'Mia', 'new@club.example'],
  )
})

test('nobody is let into an account by its e-mail address', async () => {
  const victim = await mustSignIn(proven({ email: 'victim@club.example' }), open)
  for (const emailVerified of [true, false]) {
    const identity = proven({ issuer: 'https://evil.example', email: 'victim@club.example', emailVerified })
    const attacker = await mustSignIn(identity, open)
    assert.notEqual(attacker.user.id, victim.user.id)
    assert.equal(attacker.user.email, emailVerified ? 'victim@club.example' : null)
  }
})

/** A proxy and a provider have one issuer, and one of them counts. */
function both(name: string): Partial<HubConfig> {
  return {
    ...admins,
    proxyIdentityHeader: 'x-jwt',
    proxyIdentityIssuer: issuer.issuer,
    adminEmailsFrom: [name],
  }
}

const roles: [string, Partial<HubConfig>, Partial<ProvenIdentity>, Role][] = [
  ['a named admin', admins, {}, 'admin'],
  ['a named admin by one of several ways that nobody named', { ...admins, ...google }, {}, 'user'],
  ['a named admin by a way that was named', { ...admins, ...google, adminEmailsFrom: ['club'] }, {}, 'admin'],
  ['a named admin by another way', { ...admins, ...google, adminEmailsFrom: ['google'] }, {}, 'user'],
  ['a named admin by Google', { ...admins, ...google }, { issuer: 'https://accounts.google.com' }, 'admin'],
  ['a named admin by a proxy of the way that was named', both('club'), { source: 'proxy' }, 'user'],
  ['a named admin by the way of the proxy that was named', both('proxy'), {}, 'user'],
  ['a named admin by the proxy that was named', both('proxy'), { source: 'proxy' }, 'admin'],
  [
    'a member of groups by a proxy of the issuer that is asked',
    {},
    { source: 'proxy', groups: ['boss'] },
    'user',
  ],
  ['somebody with an admin’s address nobody verified', admins, { emailVerified: false }, 'user'],
  ['a member of groups, the highest of which counts', {}, { groups: ['staff', 'boss', 'other'] }, 'admin'],
  ['a member of no group that is named', {}, { groups: ['other'] }, 'user'],
]
const byProxy = { source: 'proxy' } as const
const roleGroups = [
  { group: 'boss', role: 'admin' },
  { group: 'staff', role: 'premium' },
] as const
const byGroups = {
  ...{ signUp: 'open', roleGroups: [...roleGroups] },
  ...{ issuers: [issuer], roleGroupsFrom: ['club'] },
} satisfies Partial<HubConfig>

for (const [who, settings, identity, role] of roles)
  test(`${who} becomes ${role}`, async () => {
    const { user } = await mustSignIn(proven(identity), { ...byGroups, ...settings })
    assert.equal(user.role, role)
  })

test('groups decide at each sign-in, and a provider that names none decides nothing', async () => {
  const identity = proven({ groups: ['boss'] })
  const { user } = await mustSignIn(identity, byGroups)
  assert.equal((await mustSignIn({ ...identity, groups: ['staff'] }, byGroups)).user.role, 'premium')
  const { groups: _, ...without } = identity
  assert.equal((await mustSignIn(without, byGroups)).user.role, 'premium')
  assert.equal((await house.hub.store.accounts.findUser(user.id))?.role, 'premium')
})

test('groups of an issuer that is not asked for them give nothing, and take nothing away', async () => {
  const [known, other] = [proven({ groups: ['staff'] }), proven({ issuer: 'https://other.example' })]
  assert.equal((await mustSignIn({ ...other, groups: ['boss'] }, byGroups)).user.role, 'user')
  const proxy = { ...byGroups, proxyIdentityIssuer: other.issuer, roleGroupsFrom: ['club', 'proxy'] }
  assert.equal((await mustSignIn({ ...other, groups: ['boss'] }, proxy)).user.role, 'user')
  assert.equal((await mustSignIn({ ...other, ...byProxy, groups: ['boss'] }, proxy)).user.role, 'admin')
  const { user } = await mustSignIn(known, byGroups)
  const second = proven({ issuer: other.issuer, groups: [] })
  await house.hub.store.identities.link(identityOf(second), user.id, Date.now())
  assert.equal((await mustSignIn(second, byGroups)).user.role, 'premium')
})

test('an invitation lets one person in, with its role', async () => {
  const { store } = house.hub
  const admin = await house.hub.signIn('owner')
  const token = newToken()
  await store.invitations.create({
    ...{ id: uuidv7(), tokenHash: hashToken(token), role: 'premium', note: 'Ben', createdBy: admin.user.id },
    ...{ createdAt: Date.now(), expiresAt: Date.now() + 60_000 },
  })
  const invited = await mustSignIn(proven({ emailVerified: false }), {}, { invitationHash: hashToken(token) })
  assert.equal(invited.user.role, 'premium')
  const second = await signIn(proven(), {}, { invitationHash: hashToken(token) })
  assert.deepEqual(second, { outcome: 'refused', reason: 'not_invited' })
})

test('a guest who signs up keeps the conversations, and the guest’s cookie opens nothing any more', async () => {
  const guest = await house.hub.signIn()
  const socket = await house.hub.connect(guest)
  const { conversationId } = await converse(house.hub.store, guest.user, {
    said: 'Remember me',
    answer: 'I do.',
  })
  const { user } = await mustSignIn(proven(), open, { guest: guest.user })
  assert.equal((await socket.closed).reason, 'not_signed_in')
  assert.ok(await house.hub.store.conversations.find(user.id, conversationId))
  const answer = await fetch(`${house.hub.origin}/v1/sessions`, { headers: { cookie: guest.cookie } })
  assert.equal(answer.status, 401)
})

test('a disabled person is told so, and every sign-in and refusal is written down', async () => {
  const identity = proven()
  const { user } = await mustSignIn(identity, open)
  await house.hub.store.accounts.disable(user.id, Date.now())
  const refused = await signIn(identity, open, { address: '203.0.113.9' })
  assert.deepEqual(refused, { outcome: 'refused', reason: 'disabled' })
  const { items } = await house.hub.store.audit.list({ limit: 9, subjectId: user.id })
  assert.deepEqual(
    items.map(({ act, address, facts }) => [act, address, facts.reason]),
    [
      ['sign-in-refused', '203.0.113.9', 'disabled'],
      ['sign-up', null, undefined],
    ],
  )
})

test('another way in is linked and taken away after a fresh sign-in alone', async () => {
  const [first, second] = [proven(), proven({ issuer: 'https://github.com', name: 'mia-codes' })]
  const { user } = await mustSignIn(first, open)
  const rooms = roomsWith({})
  const signedInAt = Date.now()
  const fresh = { user, credential: { kind: 'session', id: uuidv7(), signedInAt } } as const
  const stale = { user, credential: { ...fresh.credential, signedInAt: signedInAt - freshSignInMs } }
  const key = { user, credential: { kind: 'api-key', id: uuidv7(), scopes: ['chat'] } } as const
  for (const who of [stale, key, { user, credential: null }])
    await assert.rejects(linkIdentity(rooms, who, second), { code: 'not_allowed' })
  const offered = { rpId: undefined, issuers: [first.issuer, second.issuer], recoveryCodes: false }
  assert.equal(await linkIdentity(rooms, fresh, second), 'linked')
  assert.equal((await mustSignIn(second)).user.id, user.id)
  await assert.rejects(unlinkIdentity(rooms, stale, first, offered), { code: 'not_allowed' })
  await unlinkIdentity(rooms, fresh, first, offered)
  await assert.rejects(unlinkIdentity(rooms, fresh, first, offered), { code: 'not_found' })
  await assert.rejects(unlinkIdentity(rooms, fresh, second, offered), { code: 'conflict' })
  const stranger = await mustSignIn(proven(), open)
  const theirs = { ...fresh, user: stranger.user }
  assert.equal(await linkIdentity(rooms, theirs, second), 'taken')
})
