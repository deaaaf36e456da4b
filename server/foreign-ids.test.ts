import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { uuidv7 } from '../bus/contract/ids.ts'
import { filled, isUnsafe, type Route, routesOf } from '../testing/attacks/routes.ts'
import { startTestHouse, type TestHouse } from '../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../testing/hub/start-hub.ts'
import { converse } from '../testing/pages/open-house.ts'
import { openSession } from './accounts/sessions/open.ts'
import { hashToken, newToken } from './accounts/sessions/tokens.ts'

let house: TestHouse
let hub: TestHub
let victim: SignedIn
let attacker: SignedIn

/** One request as its page sends it: what stands in the path, and the fields of its form. */
interface Asked {
  readonly path?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
}

const passkeys = ['victims-phone', 'victims-key']
const identities = ['subject-1', 'subject-2'].map((subject) => ({ issuer: 'https://auth.example', subject }))
const apiKeyId = uuidv7()
const deletedId = uuidv7()
/** Ids that the tests' own beginning gives out. */
const ids = { conversation: '', message: '', session: '', ownConversation: '', ownMessage: '' }

before(async () => {
  house = await startTestHouse({ config: { attemptsPerMinute: 10_000 } })
  hub = house.hub
  ;[victim, attacker] = [await hub.signIn('member'), await hub.signIn('member')]
  const { store } = hub
  const said = await converse(store, victim.user, { said: 'A secret of mine', answer: 'A secret answer' })
  const own = await converse(store, attacker.user, { said: 'Something of mine', answer: 'Yes' })
  const { credential } = await openSession(store.sessions, hub.app.rooms.config, {
    user: victim.user,
    now: Date.now(),
  })
  Object.assign(ids, { conversation: said.conversationId, message: said.messageId, session: credential.id })
  Object.assign(ids, { ownConversation: own.conversationId, ownMessage: own.messageId })
  await giveMore()
})
after(() => house?.[Symbol.asyncDispose]())

/** Two of what nobody may lose the last of. */
async function giveMore(): Promise<void> {
  const { store } = hub
  const { id: userId } = victim.user
  const now = Date.now()
  const under = { conversationId: deletedId, parentId: null }
  await converse(store, victim.user, { said: 'A secret that I regret', answer: 'Gone' }, under)
  await store.conversations.delete(userId, deletedId, now)
  const key = { id: apiKeyId, prefix: 'cmp_secr', hash: hashToken(newToken()), name: 'My secret key' }
  await store.apiKeys.create({ ...key, userId, scopes: ['chat'], createdAt: now, expiresAt: null })
  const facts = { publicKey: 'AA', counter: 0, transports: [], backedUp: false, name: 'My secret phone' }
  for (const credentialId of passkeys) await store.passkeys.add(userId, { ...facts, credentialId }, now)
  for (const one of identities)
    await store.identities.link({ ...one, email: null, emailVerified: false, label: 'Secret' }, userId, now)
}

const routes = () => routesOf(hub.app.fastify)
const nameOf = ({ method, path }: Route) => `${method} ${path}`

const inTheirs = (form?: Asked['form']): Asked => ({
  path: { id: ids.conversation },
  ...(form !== undefined && { form }),
})

/**
 * What somebody else would ask with an id of the victim's, for each route that takes one. The first is what the victim
 * would ask; the others have ids of both people. In an order in which the victim can ask them all.
 */
const attacks: Readonly<Record<string, () => readonly [Asked, ...Asked[]]>> = {
  'GET /c/:id': () => [inTheirs()],
  'GET /fragments/c/:id/thread': () => [inTheirs()],
  'GET /fragments/c/:id/messages/:messageId': () => [
    { path: { id: ids.conversation, messageId: ids.message } },
    { path: { id: ids.ownConversation, messageId: ids.message } },
    { path: { id: ids.conversation, messageId: ids.ownMessage } },
  ],
  'GET /fragments/c/:id/row': () => [inTheirs()],
  'GET /fragments/c/:id/title': () => [inTheirs()],
  'GET /c/:id/settings': () => [inTheirs()],
  'GET /v1/sessions/:id/messages': () => [inTheirs()],
  'POST /c/:id/branch': () => [
    inTheirs({ message_id: ids.message }),
    { path: { id: ids.ownConversation }, form: { message_id: ids.message } },
    inTheirs({ message_id: ids.ownMessage }),
  ],
  'POST /c/:id/title': () => [inTheirs({ title: 'Taken over' })],
  'POST /c/:id/settings': () => [inTheirs({ all: 'on', system_prompt: 'Tell me everything' })],
  'POST /c/:id/restore': () => [{ path: { id: deletedId } }],
  'DELETE /c/:id': () => [inTheirs()],
  'POST /account/passkeys/rename': () => [{ form: { credential: passkeys[0] ?? '', name: 'Mine now' } }],
  'POST /account/passkeys/remove': () => [{ form: { credential: passkeys[0] ?? '' } }],
  'POST /account/unlink': () => [{ form: { ...identities[0] } }],
  'POST /account/keys/:id/revoke': () => [{ path: { id: apiKeyId } }],
  'POST /account/sessions/:id/end': () => [{ path: { id: ids.session } }],
}

/** Routes that change something and take no id of anything: whose it is says the session alone. */
const withoutIds = [
  ...['POST /account/guest', 'POST /account/name', 'POST /account/recovery-codes'],
  ...['POST /account/sessions/end-others', 'POST /account/keys', 'POST /account/delete'],
  ...[
    'POST /account/export',
    'POST /account/import',
    'POST /account/passkeys',
    'POST /account/passkeys/options',
  ],
]

/** Ways in and out, which are nobody's yet; what admins do is theirs alone (`attacks.test.ts`). */
const elsewhere = /^\/(sign-in|sign-out|owner|invitation|admin)\b/

test('every route that takes an id, or changes what is somebody’s, has an attack or says why not', () => {
  const asked = routes().filter((one) => isUnsafe(one) || /:(id|messageId)/.test(one.path))
  const names = asked.filter(({ path }) => !elsewhere.test(path)).map(nameOf)
  const known = names.filter((name) => name.startsWith('HEAD ')).concat(withoutIds, Object.keys(attacks))
  assert.deepEqual(names.sort(), known.sort())
})

async function ask(name: string, { path = {}, form = {} }: Asked, { cookie }: SignedIn) {
  const [method = '', pattern = ''] = name.split(' ')
  const hasBody = method === 'POST'
  const answer = await fetch(`${hub.origin}${filled({ method, path: pattern }, path)}`, {
    method,
    redirect: 'manual',
    headers: { cookie, origin: hub.origin },
    ...(hasBody && { body: new URLSearchParams(form) }),
  })
  return { status: answer.status, body: await answer.text() }
}

/** Everything of the victim's that a route could reach. */
async function theirThings(): Promise<unknown> {
  const { store } = hub
  const { id } = victim.user
  const page = { limit: 50 }
  return {
    user: await store.accounts.findUser(id),
    conversations: await store.conversations.list(id, page),
    deleted: (await store.conversations.find(id, deletedId)) ?? 'deleted',
    said: await store.conversations.path(id, ids.conversation, page),
    sessions: await store.sessions.list(id, Date.now()),
    keys: await store.apiKeys.list(id),
    passkeys: await store.passkeys.list(id),
    identities: await store.identities.list(id),
  }
}

test('another person’s ids open nothing on any route, and change nothing', async () => {
  const before = await theirThings()
  for (const [name, attack] of Object.entries(attacks))
    for (const asked of attack()) {
      const { status, body } = await ask(name, asked, attacker)
      assert.equal(status, 404, `${name} ${JSON.stringify(asked)}`)
      assert.doesNotMatch(body, /secret/i, name)
    }
  assert.deepEqual(await theirThings(), before)
})

test('the same requests do what they say where the ids are one’s own, so they were refused for whose they are', async () => {
  const inOrder = Object.entries(attacks).sort(
    ([one], [other]) => Number(one.startsWith('DELETE')) - Number(other.startsWith('DELETE')),
  )
  for (const [name, attack] of inOrder) {
    const { status, body } = await ask(name, attack()[0], victim)
    assert.ok(status < 300, `${name} answered ${status}: ${body.slice(0, 200)}`)
  }
  const things = (await theirThings()) as { conversations: { items: { id: string }[] } }
  assert.deepEqual(
    things.conversations.items.map(({ id }) => id),
    [deletedId],
  )
})
