import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../../testing/hub/start-hub.ts'
import { audit } from '../../accounts/audit.ts'
import { newApiKey } from '../../accounts/keys/api-key.ts'
import { freshSignInMs } from '../../accounts/sessions/lifetime.ts'
import { openSession } from '../../accounts/sessions/open.ts'

let house: TestHouse
let hub: TestHub
let admin: SignedIn

before(async () => {
  house = await startTestHouse()
  hub = house.hub
  admin = await hub.signIn('owner')
})
after(() => house?.[Symbol.asyncDispose]())

const get = (path: string, who: SignedIn = admin) =>
  fetch(`${hub.origin}${path}`, {
    headers: { cookie: who.cookie, accept: 'text/html' },
    redirect: 'manual',
  })

const post = (path: string, fields: Record<string, string> = {}, who: SignedIn = admin) =>
  fetch(`${hub.origin}${path}`, {
    method: 'POST',
    headers: { cookie: who.cookie, origin: hub.origin, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  })

/** A further session of the same person, whose sign-in is too old to change who gets in. */
async function staleSession({ user, cookie }: SignedIn): Promise<SignedIn> {
  const at = Date.now() - freshSignInMs - 1_000
  const { token } = await openSession(hub.store.sessions, hub.app.rooms.config, { user, now: at })
  return { user, cookie: `${nameOf(cookie)}=${token}` }
}

const nameOf = (cookie: string) => cookie.split('=', 1)[0] ?? ''

const actsOn = async (personId: string) =>
  (await hub.store.audit.list({ limit: 50, personId })).items.map(({ act }) => act)

test('an admin finds people, and the page shows names as text', async () => {
  const rin = await hub.signIn('member')
  await hub.store.accounts.rename(rin.user.id, 'Rin <b>of</b> Nara', Date.now())
  const page = await (await get('/admin?q=nara')).text()
  assert.ok(page.includes('Rin &lt;b&gt;of&lt;/b&gt; Nara') && !page.includes('<b>of'))
  assert.ok((await (await get('/admin?q=nobody-like-that')).text()).includes('Nobody here has'))
  const one = await get(`/admin/people/${rin.user.id}`)
  assert.equal(one.status, 200)
  assert.equal(one.headers.get('cache-control'), 'no-store')
  const guest = await hub.signIn('guest')
  assert.equal((await get(`/admin/people/${guest.user.id}`)).status, 404)
  assert.equal((await get(`/admin/people/${uuidv7()}`)).status, 404)
})

test('a guest who finds the admins’ pages closed is shown the way in, and a member is not', async () => {
  const pageFor = async (kind: 'guest' | 'member') => {
    const page = await get('/admin', await hub.signIn(kind))
    assert.equal(page.status, 403)
    return /<div class="notice">[\s\S]*?<\/div>/.exec(await page.text())?.[0] ?? ''
  }
  assert.match(await pageFor('guest'), /href="\/sign-in"/)
  assert.doesNotMatch(await pageFor('member'), /sign-in/)
})

test('a person who is made an admin while connected may administer at once, and no longer once it is taken', async () => {
  const mika = await hub.signIn('member')
  const socket = await hub.connect(mika)
  assert.equal((await get('/admin', mika)).status, 403)
  assert.equal((await post(`/admin/people/${mika.user.id}/role`, { role: 'admin' })).status, 303)
  const opened = await get('/admin', mika)
  assert.equal(opened.status, 200)
  const [renewed = ''] = opened.headers.getSetCookie()
  const cookie = renewed.split(';', 1)[0] ?? ''
  assert.equal(nameOf(cookie), nameOf(mika.cookie))
  assert.notEqual(cookie, mika.cookie, 'the session has a new token')
  assert.equal((await post(`/admin/people/${mika.user.id}/role`, { role: 'user' })).status, 303)
  assert.equal((await get('/admin', { ...mika, cookie })).status, 403)
  assert.deepEqual(await actsOn(mika.user.id), ['role-changed', 'role-changed'])
  await socket.close()
})

test('switching off closes the sockets of a person and lets them in nowhere until it is undone', async () => {
  const mika = await hub.signIn('member')
  const socket = await hub.connect(mika)
  assert.equal((await post(`/admin/people/${mika.user.id}/disable`)).status, 303)
  assert.equal((await socket.closed).reason, 'not_signed_in')
  assert.equal((await get('/admin', mika)).status, 401)
  assert.equal((await post(`/admin/people/${mika.user.id}/enable`)).status, 303)
  assert.equal((await hub.store.accounts.findUser(mika.user.id))?.disabledAt, null)
  assert.deepEqual(await actsOn(mika.user.id), ['user-enabled', 'user-disabled'])
})

test('signing somebody out everywhere ends every session of theirs', async () => {
  const mika = await hub.signIn('member')
  const socket = await hub.connect(mika)
  assert.equal((await post(`/admin/people/${mika.user.id}/sign-out`)).status, 303)
  assert.equal((await socket.closed).reason, 'not_signed_in')
  assert.deepEqual(await hub.store.sessions.list(mika.user.id, Date.now()), [])
})

test('a person is deleted once their name is typed', async () => {
  const mika = await hub.signIn('member')
  const path = `/admin/people/${mika.user.id}/delete`
  assert.equal((await post(path, { typed: 'Mik' })).status, 400)
  assert.ok(await hub.store.accounts.findUser(mika.user.id))
  assert.equal((await post(path, { typed: 'Mika' })).headers.get('location'), '/admin?done=deleted')
  assert.equal(await hub.store.accounts.findUser(mika.user.id), undefined)
  assert.deepEqual(await actsOn(mika.user.id), ['account-deleted'])
  assert.ok((await (await get(`/admin/log?person=${mika.user.id}`)).text()).includes('somebody gone'))
})

test('the last admin and the owner stay', async () => {
  for (const act of ['role', 'disable', 'delete']) {
    const fields = { role: 'user', typed: admin.user.name }
    assert.equal((await post(`/admin/people/${admin.user.id}/${act}`, fields)).status, 409, act)
  }
  const other = await hub.signIn('member')
  await post(`/admin/people/${other.user.id}/role`, { role: 'admin' })
  assert.equal((await post(`/admin/people/${admin.user.id}/disable`, {})).status, 409, 'the owner')
  const ownersPage = `/admin/people/${admin.user.id}`
  for (const who of [admin, other])
    assert.equal((await post(`${ownersPage}/delete`, { typed: 'Mika' }, who)).status, 409, 'the owner')
  assert.ok(await hub.store.accounts.findUser(admin.user.id))
  assert.ok(!(await (await get(ownersPage, other)).text()).includes('Delete for good'))
  await post(`/admin/people/${other.user.id}/delete`, { typed: other.user.name })
})

test('what lets somebody in, or out for good, wants a fresh sign-in; what only shuts a door does not', async () => {
  const mika = await hub.signIn('member')
  const stale = await staleSession(admin)
  const path = `/admin/people/${mika.user.id}`
  const wanting = [
    [`${path}/role`, { role: 'admin' }],
    [`${path}/enable`, {}],
    [`${path}/delete`, { typed: 'Mika' }],
    ['/admin/invitations', { role: 'admin', days: '7', count: '1' }],
    ['/admin/rules/sign-up', { sign_up: 'open' }],
  ] as const
  for (const [action, fields] of wanting) {
    const answer = await post(action, fields, stale)
    assert.match(answer.headers.get('location') ?? '', /^\/sign-in\?again=1&return_to=%2Fadmin/, action)
  }
  assert.equal((await hub.store.accounts.findUser(mika.user.id))?.role, 'user')
  assert.deepEqual(await hub.store.invitations.list(9), [])
  const way = await get('/sign-in?again=1&return_to=/admin', stale)
  const words = await way.text()
  assert.ok(words.includes('Confirm it’s you') && !words.includes('Is this house yours?'))
  assert.equal((await post(`${path}/disable`, {}, stale)).headers.get('location'), `${path}?done=disabled`)
})

test('invitations are shown once, let one person in each, and can be taken back', async () => {
  const wanted = { role: 'premium', days: '7', count: '2', note: 'For <Ada>' }
  const page = await (await post('/admin/invitations', wanted)).text()
  const tokens = [...page.matchAll(/\/invitation\/([\w-]{43})/g)].map(([, token]) => token)
  assert.equal(new Set(tokens).size, 2)
  assert.ok(page.includes(`>${hub.origin}/invitation/${tokens[0]}<`))
  const later = await (await get('/admin/invitations')).text()
  assert.ok(later.includes('For &lt;Ada&gt;') && tokens.every((token) => !later.includes(String(token))))
  const [one] = await hub.store.invitations.list(9)
  assert.deepEqual([one?.role, one?.note, one?.createdBy], ['premium', 'For <Ada>', admin.user.id])
  assert.equal((await post(`/admin/invitations/${one?.id}/revoke`)).status, 303)
  assert.equal((await post(`/admin/invitations/${one?.id}/revoke`)).status, 404)
  assert.equal((await hub.store.invitations.list(9)).length, 1)
  for (const wrong of [{ role: 'owner' }, { days: '400' }, { count: '21' }, { count: '0' }])
    assert.equal((await post('/admin/invitations', { ...wanted, ...wrong })).status, 400)
})

test('where nobody can use an invitation, the page for making them and its own say so, and nothing else', async () => {
  const useless = /Nobody can use an invitation at the address you are at/
  assert.match(await (await get('/admin/invitations')).text(), useless)
  const fields = { role: 'user', days: '1', count: '1', note: 'Early' }
  const page = await (await post('/admin/invitations', fields)).text()
  const [link = ''] = /\/invitation\/[\w-]{43}/.exec(page) ?? []
  const invitation = await (await fetch(`${hub.origin}${link}`)).text()
  assert.match(invitation, /At this address there is no way to come back in/)
  assert.doesNotMatch(invitation, /Say who you are/)
  const named = {
    authorization: '',
    cookie: admin.cookie,
    host: `localhost:${hub.port}`,
    connection: 'keep-alive',
  }
  const here = await hub.app.fastify.inject({ url: '/admin/invitations', headers: named })
  assert.equal(here.statusCode, 200)
  assert.doesNotMatch(here.body, useless)
})

test('an admin at localhost is told that invitations made there open on this machine alone, others are not', async () => {
  const alone =
    /Links made here begin with <code>http:\/\/localhost:\d+<\/code>, so they open on this machine alone/
  const askedAt = async (from: TestHub, cookie: string, host: string) => {
    const headers = { authorization: '', cookie, host, connection: 'keep-alive' }
    return (await from.app.fastify.inject({ url: '/admin/invitations', headers })).body
  }
  assert.match(await askedAt(hub, admin.cookie, `localhost:${hub.port}`), alone)
  assert.doesNotMatch(await askedAt(hub, admin.cookie, `192.0.2.7:${hub.port}`), alone)
  const named = await house.addHub({ config: { publicUrl: 'https://chat.example.org' } })
  const { cookie } = await named.signIn('owner')
  assert.doesNotMatch(await askedAt(named, cookie, `localhost:${named.port}`), alone)
})

test('an invitation is no use where providers are set up but send nobody back', async () => {
  const config = { githubClientId: 'id', githubClientSecret: 'secret' }
  const from = await house.addHub({ config })
  const headers = { authorization: '', cookie: (await from.signIn('owner')).cookie, host: 'chat.example.org' }
  const page = await from.app.fastify.inject({ url: '/admin/invitations', headers })
  assert.match(page.body, /Nobody can use an invitation at the address you are at/)
})

test('an invitation names who made it, and is no good once they are no admin', async () => {
  const rin = await hub.signIn('member')
  await hub.store.accounts.rename(rin.user.id, 'Rin', Date.now())
  await hub.store.accounts.setRole(rin.user.id, 'admin', Date.now())
  const path = /\/invitation\/[\w-]{43}/
  const fields = { role: 'admin', days: '7', count: '1', note: 'Rin’s own' }
  const [link = ''] = path.exec(await (await post('/admin/invitations', fields, rin)).text()) ?? []
  const row = async () =>
    /<li class="ledger-row">(?:(?!<\/li>).)*Rin’s own.*?<\/li>/s.exec(
      await (await get('/admin/invitations')).text(),
    )?.[0]
  assert.match((await row()) ?? '', /by Rin<[\s\S]*until <time /)
  assert.notEqual((await fetch(`${hub.origin}${link}`)).status, 404)
  await post(`/admin/people/${rin.user.id}/disable`)
  assert.match((await row()) ?? '', /its maker is no admin here/)
  assert.equal((await fetch(`${hub.origin}${link}`)).status, 404)
})

test('an invitation names who used it, also when they are gone', async () => {
  const given = {
    id: uuidv7(),
    tokenHash: 'for-mia',
    role: 'user',
    note: '',
    createdBy: admin.user.id,
  } as const
  await hub.store.invitations.create({ ...given, createdAt: 5, expiresAt: 100 })
  const identity = {
    issuer: 'https://id.example',
    subject: 'mia',
    email: null,
    emailVerified: false,
    label: '',
  }
  const mia = { userId: uuidv7(), name: 'Mia', role: 'user', email: null, now: 20 } as const
  await hub.store.identities.signUp({ ...mia, proof: { identity }, invitationHash: 'for-mia' })
  const path = `/admin/people/${mia.userId}`
  const page = async () => (await get('/admin/invitations')).text()
  assert.ok((await page()).includes(`invitation ${given.id.slice(-6)}`))
  assert.ok((await page()).includes(`href="${path}">by Mia</a>`))
  await post(`${path}/delete`, { typed: 'Mia' })
  assert.ok((await page()).includes(`by somebody gone`))
  assert.ok(!(await page()).includes(path))
})

test('the page of somebody signed in says that the keys of their programs stay', async () => {
  const { user } = await hub.signIn('member')
  assert.match(await (await get(`/admin/people/${user.id}`)).text(), /Keys of their programs stay good/)
})

test('the log says in words what was done', async () => {
  const { rooms } = hub.app
  const entries = [
    [{ act: 'sign-in-refused', facts: { reason: 'recovery_code' } }, 'reason: wrong or used recovery code'],
    [
      { act: 'sign-in-refused', facts: { by: 'passkey', times: 7, scattered: true } },
      'with a passkey, 7 times, from many addresses',
    ],
    [{ act: 'sign-in', facts: { issuer: 'https://id.example/o/' } }, 'with id.example'],
    [{ act: 'sign-up', facts: { by: 'passkey' } }, 'with a passkey'],
    [{ act: 'account-deleted', facts: { by: 'house' } }, 'the house, a guest nobody came back to'],
    [{ act: 'session-ended', facts: { ended: 1 } }, ', 1 session<'],
    [{ act: 'role-changed', facts: { before: 'user', role: 'admin' } }, 'from Member to Administrator'],
    [{ act: 'invitation-made', facts: { role: 'premium', days: 7 } }, 'good for 7 days, as Premium member'],
    [
      { act: 'api-key-made', facts: { prefix: 'cmp_a', scopes: 'read-own' } },
      'cmp_a…, may read conversations',
    ],
    [
      {
        act: 'house-setting-changed',
        facts: { rule: 'MESSAGES_PER_MINUTE', value: 'user=60,premium=1200,admin=0' },
      },
      'Messages a minute: Member 60, Premium member 1,200, Administrator no limit',
    ],
    [
      { act: 'house-setting-changed', facts: { rule: 'SIGN_UP', value: 'closed' } },
      'who may sign up: nobody new',
    ],
    [{ act: 'sign-in', facts: { tomorrow: 'unheard of' } }, 'tomorrow: unheard of'],
  ] as const
  for (const [entry, words] of entries) {
    await audit(rooms, entry)
    const newest = (await (await get('/admin/log')).text()).split('class="ledger-row"')[1] ?? ''
    assert.ok(newest.includes(words), newest)
  }
})

test('the log is filtered by person and by act', async () => {
  const mika = await hub.signIn('member')
  await post(`/admin/people/${mika.user.id}/role`, { role: 'premium' })
  await post(`/admin/people/${mika.user.id}/sign-out`)
  const rows = async (query: string) =>
    ((await (await get(`/admin/log?${query}`)).text()).match(/class="ledger-row"/g) ?? []).length
  assert.equal(await rows(`person=${mika.user.id}`), 2)
  assert.equal(await rows(`person=${mika.user.id}&act=role-changed`), 1)
  assert.equal(await rows(`person=${uuidv7()}`), 0)
  assert.equal((await get('/admin/log?before=nonsense')).status, 400)
})

test('the menu at the foot of the list leads admins here, and nobody else', async () => {
  assert.ok((await (await get('/')).text()).includes('href="/admin"'))
  assert.ok(!(await (await get('/', await hub.signIn('member'))).text()).includes('href="/admin"'))
})

test('a key of an admin administers nothing', async () => {
  const { key, prefix, hash } = newApiKey()
  const made = { id: uuidv7(), userId: admin.user.id, name: 'Key', createdAt: Date.now(), expiresAt: null }
  await hub.store.apiKeys.create({ ...made, prefix, hash, scopes: ['chat', 'read-own'] })
  const headers = { authorization: `Bearer ${key}` }
  assert.equal((await fetch(`${hub.origin}/v1/sessions`, { headers })).status, 200)
  assert.equal((await fetch(`${hub.origin}/admin`, { headers })).status, 403)
})
