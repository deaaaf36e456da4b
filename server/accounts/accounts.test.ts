import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { TestHub } from '../../testing/hub/start-hub.ts'
import { readConfig } from '../config.ts'
import type { User } from '../store/store.ts'
import { needsOwnerLink } from './needs-owner-link.ts'
import { createOwnerLink } from './owner-link.ts'
import { useSession } from './sessions/find.ts'
import { guestIdleMs } from './sessions/lifetime.ts'
import { openSession } from './sessions/open.ts'
import { deleteUnusedGuests, unusedGuestAgeMs } from './unused-guests.ts'

let house: TestHouse
let hub: TestHub

before(async () => {
  house = await startTestHouse()
  hub = house.hub
})
after(() => house?.[Symbol.asyncDispose]())

/** A request with any `Host` and `Connection`, which `fetch` does not allow; nothing is kept alive. */
function ask(from: TestHub, path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; cookie: string; location: string; body: string }>(
    (resolve, reject) => {
      const host = `localhost:${new URL(from.origin).port}`
      const asked = request(
        `${from.origin}${path}`,
        { method, agent: false, headers: { host, connection: 'keep-alive', ...headers } },
        (answer) => {
          let body = ''
          answer.on('data', (part) => {
            body += part
          })
          answer.on('end', () => {
            const cookie = answer.headers['set-cookie']?.[0] ?? ''
            resolve({ status: answer.statusCode ?? 0, cookie, location: answer.headers.location ?? '', body })
          })
        },
      )
      asked.on('error', reject).end()
    },
  )
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

const bearer = (cookie: string) => ({ cookie: cookie.split(';', 1)[0] ?? '' })

test('a browser on this machine is made a guest by its first page, and stays that guest', async () => {
  const first = await ask(hub, '/')
  assert.equal(first.status, 200)
  assert.match(first.cookie, /^companions_session_[0-9a-f]{8}=[\w-]{43}; .*Path=\/; HttpOnly; SameSite=Lax$/)
  const again = await ask(hub, '/', bearer(first.cookie))
  assert.equal(again.cookie, '')
  assert.equal((await ask(hub, '/v1/sessions', bearer(first.cookie))).status, 200)
})

test('files, probes and programs make no guests', async () => {
  for (const path of [
    '/healthz',
    '/readyz',
    '/health',
    '/version',
    '/assets/none.js',
    '/v1/sessions',
    '/owner/none',
  ])
    assert.equal((await ask(hub, path)).cookie, '', path)
  assert.equal((await ask(hub, '/v1/sessions')).status, 401)
})

const strangers: [string, Record<string, string>][] = [
  ['through a proxy', { 'x-forwarded-for': '203.0.113.9' }],
  ['through a tunnel', { 'cf-connecting-ip': '203.0.113.9' }],
  ['with a rebound name', { host: 'evil.example:3000' }],
  ['through nginx that was told nothing, since 1.29.7', { connection: '' }],
  ['through nginx that keeps no connection', { connection: 'close' }],
]

for (const [how, headers] of strangers)
  test(`a stranger ${how} is not made a guest`, async () => {
    const answer = await ask(hub, '/', { accept: 'text/html', ...headers })
    assert.equal(answer.cookie, '')
    assert.equal(answer.status, 401)
  })

test('nobody is made a guest of a house with a public address, whose cookies are for TLS alone', async () => {
  const open = await house.addHub({ config: { publicUrl: 'https://chat.example' } })
  assert.equal((await ask(open, '/')).cookie, '')
  const link = await createOwnerLink(open.store.accounts, Date.now())
  assert.match(
    (await ask(open, link, form, 'POST')).cookie,
    /^__Host-companions_session_[0-9a-f]{8}=[\w-]{43}; .*HttpOnly; Secure; SameSite=Lax$/,
  )
})

test('a house without guests makes none, and lets in whom it made before', async () => {
  const quiet = await house.addHub({ config: { guests: 'off' }, databaseUrl: hub.databaseUrl })
  assert.deepEqual([(await ask(quiet, '/')).status, (await ask(quiet, '/')).cookie], [401, ''])
  const before = bearer((await ask(hub, '/')).cookie)
  assert.equal((await ask(quiet, '/', before)).status, 200)
})

test('an owner link signs its bearer in once', async () => {
  const plain = { host: '127.0.0.1', publicUrl: '', guests: 'auto', ownerLink: 'auto' } as const
  assert.ok(!needsOwnerLink(plain))
  assert.ok(needsOwnerLink({ ...plain, host: '0.0.0.0' }))
  assert.ok(needsOwnerLink({ ...plain, guests: 'off' }))
  assert.ok(needsOwnerLink({ ...plain, ownerLink: 'always' }))
  const old = await createOwnerLink(hub.store.accounts, Date.now())
  const link = await createOwnerLink(hub.store.accounts, Date.now())
  const elsewhere = { 'x-forwarded-for': '203.0.113.9' }
  const come = (path: string) => ask(hub, path, { ...elsewhere, ...form }, 'POST')
  assert.equal((await come(old)).status, 404)
  assert.equal((await ask(hub, link, elsewhere, 'HEAD')).status, 404)
  const seen = await ask(hub, link, elsewhere)
  assert.deepEqual(
    [seen.status, seen.cookie],
    [200, ''],
    'what only looks, such as a chat’s preview, spends nothing',
  )
  assert.match(seen.body, /<form[^>]* method="post"><button/)
  const used = await come(link)
  assert.deepEqual([used.status, used.location], [303, '/'])
  assert.equal((await ask(hub, '/v1/sessions', { ...elsewhere, ...bearer(used.cookie) })).status, 200)
  assert.equal((await come(link)).status, 404)
})

test('an owner link ends after a day', async () => {
  const link = await createOwnerLink(hub.store.accounts, Date.now() - 25 * 3_600_000)
  assert.equal((await ask(hub, link, form, 'POST')).status, 404)
})

test('a session that was signed out is no more, and its cookie is cleared', async () => {
  const { cookie } = await hub.signIn()
  const out = await ask(hub, '/sign-out', { cookie, ...form }, 'POST')
  assert.deepEqual([out.status, out.location], [303, '/'])
  assert.match(out.cookie, /^companions_session_[0-9a-f]{8}=;/)
  assert.equal((await ask(hub, '/v1/sessions', { cookie })).status, 401)
})

test('a session that is in use slides on, and its cookie with it', async () => {
  const { user } = await hub.signIn()
  const now = Date.now()
  const fresh = await openAt(user, now - minute)
  assert.equal((await ask(hub, '/v1/sessions', { cookie: fresh })).cookie, '')
  const old = await openAt(user, now - guestIdleMs + minute)
  const used = await ask(hub, '/v1/sessions', { cookie: old })
  assert.ok(used.cookie.startsWith(`${old};`))
  const maxAge = Number(/Max-Age=(\d+)/.exec(used.cookie)?.[1])
  assert.ok(maxAge > (guestIdleMs - minute) / 1000, used.cookie)
  const again = await ask(hub, '/v1/sessions', { cookie: old })
  assert.deepEqual([again.status, again.cookie], [200, ''])
})

test('two houses on one machine do not take each other’s guests away', async () => {
  const other = await house.addHub()
  const mine = bearer((await ask(hub, '/')).cookie)
  const theirs = bearer((await ask(other, '/', mine)).cookie)
  assert.notEqual(theirs.cookie, '')
  const both = { cookie: `${mine.cookie}; ${theirs.cookie}` }
  for (const one of [hub, other]) {
    assert.equal((await ask(one, '/', both)).cookie, '')
    assert.equal((await ask(one, '/v1/sessions', both)).status, 200)
  }
})

test('two hubs of one house take each other’s cookie', async () => {
  const beside = await house.addHub({ databaseUrl: hub.databaseUrl })
  const { cookie } = await hub.signIn()
  const answer = await ask(beside, '/v1/sessions', { cookie })
  assert.deepEqual([answer.status, answer.cookie], [200, ''])
})

test('a session from before houses had names goes on under the name, and ends with it', async () => {
  const { user } = await hub.signIn()
  const old = { cookie: (await openAt(user, Date.now())).replace(/_[0-9a-f]{8}=/, '=') }
  const first = await ask(hub, '/', old)
  assert.equal(first.status, 200)
  const named = bearer(first.cookie)
  assert.equal(named.cookie, old.cookie.replace('=', `_${await hub.store.readId()}=`))
  assert.equal((await ask(hub, '/', named)).cookie, '')
  const both = { cookie: `${named.cookie}; ${old.cookie}` }
  assert.equal((await ask(hub, '/sign-out', { ...both, ...form }, 'POST')).status, 303)
  assert.equal((await ask(hub, '/v1/sessions', old)).status, 401)
})

test('a guest who only looked is forgotten a week after the last look', async () => {
  const day = 24 * 3_600_000
  const { user } = await hub.signIn()
  const { accounts, sessions } = hub.store
  const { token } = await openSession(sessions, readConfig({}), { user, now: Date.now() })
  await deleteUnusedGuests(accounts, Date.now() + unusedGuestAgeMs)
  assert.notEqual(await accounts.findUser(user.id), undefined)
  await useSession(sessions, readConfig({}), { token, now: Date.now() + 6 * day, mayRotate: false })
  await deleteUnusedGuests(accounts, Date.now() + unusedGuestAgeMs + 2 * day)
  assert.notEqual(await accounts.findUser(user.id), undefined)
  await deleteUnusedGuests(accounts, Date.now() + unusedGuestAgeMs + 8 * day)
  assert.equal(await accounts.findUser(user.id), undefined)
})

test('a session that nobody used for half a year is over', async () => {
  const { user } = await hub.signIn()
  const cookie = await openAt(user, Date.now() - guestIdleMs - 1)
  assert.equal((await ask(hub, '/v1/sessions', { cookie })).status, 401)
})

const minute = 60_000

async function openAt(user: User, now: number): Promise<string> {
  const { token } = await openSession(hub.store.sessions, readConfig({}), { user, now })
  return `companions_session_${await hub.store.readId()}=${token}`
}

const forged: Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site', origin: 'http://localhost:1' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
]

for (const headers of forged)
  test(`a form sent by another page (${JSON.stringify(headers)}) does nothing`, async () => {
    const { cookie } = await hub.signIn()
    assert.equal((await ask(hub, '/sign-out', { cookie, ...headers }, 'POST')).status, 403)
    assert.equal((await ask(hub, '/v1/sessions', { cookie })).status, 200)
  })
