import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { askPage } from '../../../testing/accounts/ask-page.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../../testing/hub/start-hub.ts'
import { freshSignInMs } from '../../accounts/sessions/lifetime.ts'
import { openSession } from '../../accounts/sessions/open.ts'
import { readConfig } from '../../config.ts'
import type { User } from '../../store/store.ts'

let house: TestHouse
let hub: TestHub

before(async () => {
  house = await startTestHouse({ config: { githubClientId: 'id', githubClientSecret: 'secret' } })
  hub = house.hub
})
after(() => house?.[Symbol.asyncDispose]())

const ask = (path: string, who: { cookie: string }, form?: Record<string, string>) =>
  askPage(hub, path, who, form)

/** A further session of somebody, opened `agoMs` ago. */
async function session(user: User, agoMs = 0): Promise<SignedIn & { id: string }> {
  const now = Date.now() - agoMs
  const { token, credential } = await openSession(hub.store.sessions, readConfig({}), { user, now })
  const [name] = (await hub.signIn()).cookie.split('=')
  return { user, cookie: `${name}=${token}`, id: credential.id }
}

const tooOld = freshSignInMs + 1_000

const auditOf = async ({ user }: SignedIn) =>
  (await hub.store.audit.list({ limit: 50, subjectId: user.id })).items.map(({ act }) => act)

suite('the account page', () => {
  test('shows a member everything in their hands', async () => {
    const mika = await hub.signIn('member')
    const page = await ask('/account', mika)
    assert.equal(page.status, 200)
    for (const id of ['profile', 'passkeys', 'recovery', 'sessions', 'keys', 'data', 'import', 'deletion'])
      assert.match(page.body, new RegExp(`<section id="${id}"`), id)
    assert.equal(page.headers.get('cache-control'), 'no-store')
    assert.match((await ask('/', mika)).body, /<a href="\/account" role="menuitem"/)
  })

  test('tells a guest what a guest is, and lets none change an account', async () => {
    const guest = await hub.signIn('guest')
    const page = await ask('/account', guest)
    assert.match(page.body, /You are a guest here/)
    for (const path of [
      'name',
      'recovery-codes',
      'keys',
      'delete',
      'export',
      'import',
      'sessions/end-others',
    ])
      assert.equal((await ask(`/account/${path}`, guest, { name: 'Root' })).status, 403, path)
    assert.equal((await hub.store.accounts.findUser(guest.user.id))?.name, 'Mika')
  })

  test('is closed to strangers and to keys', async () => {
    const nobody = { cookie: '' }
    assert.equal((await ask('/account', nobody)).status, 401)
    assert.equal((await ask('/account/delete', nobody, { confirm: 'delete my account' })).status, 401)
    const mika = await hub.signIn('member')
    const made = await ask('/account/keys', mika, {
      name: 'All',
      days: '7',
      'scope-chat': '1',
      'scope-read-own': '1',
    })
    const key = /cmp_[\w-]{43}/.exec(made.body)?.[0]
    const headers = { authorization: `Bearer ${key}`, accept: 'text/html' }
    assert.equal((await fetch(`${hub.origin}/v1/sessions`, { headers })).status, 200)
    assert.equal((await fetch(`${hub.origin}/`, { headers })).status, 403)
    assert.equal((await fetch(`${hub.origin}/account`, { headers })).status, 403)
    const method = 'POST'
    assert.equal((await fetch(`${hub.origin}/account/export`, { headers, method })).status, 403)
    assert.equal((await fetch(`${hub.origin}/account/keys`, { headers, method })).status, 403)
  })
})

suite('with a sign-in that is not fresh', () => {
  test('nothing changes that decides who can get in, and the page says what to do', async () => {
    const { user } = await hub.signIn('member')
    const stale = await session(user, tooOld)
    const page = await ask('/account', stale)
    assert.match(page.body, /href="\/sign-in\?again=1&amp;return_to=%2Faccount%23keys"/)
    assert.doesNotMatch(page.body, /action="\/account\/(keys|recovery-codes|delete|export)"/)
    const key = { name: 'Robot', days: '7', 'scope-chat': '1' }
    assert.equal((await ask('/account/keys', stale, key)).status, 403)
    assert.equal((await ask('/account/recovery-codes', stale, {})).status, 403)
    assert.equal((await ask('/account/export', stale, {})).status, 403)
    assert.equal((await ask('/account/delete', stale, { confirm: 'delete my account' })).status, 403)
    assert.ok(await hub.store.accounts.findUser(user.id))
    assert.deepEqual(await hub.store.apiKeys.list(user.id), [])
  })

  test('somebody who is signed in is asked again, and not sent home', async () => {
    const mika = await hub.signIn('member')
    assert.match((await ask('/sign-in?again=1', mika)).body, /Confirm it’s you/)
    assert.equal((await ask('/sign-in', mika)).status, 303)
  })
})

suite('what a person changes', () => {
  test('the name, cleaned and bounded, and never an empty one', async () => {
    const mika = await hub.signIn('member')
    assert.equal((await ask('/account/name', mika, { name: ' \u0000 ' })).status, 422)
    const renamed = await ask('/account/name', mika, {
      name: `  <b>Ada</b>\u0007\n Lovelace ${'x'.repeat(99)}`,
    })
    assert.match(renamed.body, /&lt;b&gt;Ada&lt;\/b&gt; Lovelace/)
    const name = (await hub.store.accounts.findUser(mika.user.id))?.name ?? ''
    assert.match(name, /^<b>Ada<\/b> Lovelace x+$/)
    assert.equal(name.length, 60)
  })

  test('sessions: one other, then all others, with their sockets, and never somebody else’s', async () => {
    const mika = await hub.signIn('member')
    const [one, two] = [await session(mika.user), await session(mika.user)]
    const stranger = await session((await hub.signIn('member')).user)
    const [socket, kept] = [await hub.connect(one), await hub.connect(mika)]
    assert.equal((await ask(`/account/sessions/${stranger.id}/end`, mika, {})).status, 404)
    assert.equal((await ask(`/account/sessions/${one.id}/end`, mika, {})).status, 200)
    assert.equal((await socket.closed).code, 4510)
    const rest = await ask('/account/sessions/end-others', mika, {})
    assert.match(rest.body, /this one/)
    assert.equal((await ask('/v1/sessions', two)).status, 401)
    assert.equal((await ask('/v1/sessions', stranger)).status, 200)
    kept.send({ type: 'ping', id: 1 })
    await kept.next('pong')
    await kept.close()
    assert.ok((await auditOf(mika)).includes('session-ended'))
  })

  test('a key is shown once, does what its form said, and ends when it is revoked', async () => {
    const mika = await hub.signIn('member')
    const made = await ask('/account/keys', mika, { name: 'Robot', days: '30', 'scope-read-own': '1' })
    const key = /cmp_[\w-]{43}/.exec(made.body)?.[0] ?? assert.fail('There is no key')
    assert.doesNotMatch((await ask('/account', mika)).body, new RegExp(key))
    const [kept] = await hub.store.apiKeys.list(mika.user.id)
    assert.deepEqual([kept?.scopes, kept?.name, kept?.prefix], [['read-own'], 'Robot', key.slice(0, 8)])
    assert.equal(kept?.expiresAt, (kept?.createdAt ?? 0) + 30 * 86_400_000)
    const headers = { authorization: `Bearer ${key}` }
    assert.equal((await fetch(`${hub.origin}/v1/sessions`, { headers })).status, 200)
    const stranger = await hub.signIn('member')
    assert.equal((await ask(`/account/keys/${kept?.id}/revoke`, stranger, {})).status, 404)
    assert.equal((await ask(`/account/keys/${kept?.id}/revoke`, mika, {})).status, 200)
    assert.equal((await fetch(`${hub.origin}/v1/sessions`, { headers })).status, 401)
    assert.deepEqual((await auditOf(mika)).slice(0, 2), ['api-key-revoked', 'api-key-made'])
  })

  test('a key wants a name and a scope, and lasts no longer than the form offers', async () => {
    const mika = await hub.signIn('member')
    const form = { name: 'Robot', days: '30', 'scope-chat': '1' }
    assert.equal((await ask('/account/keys', mika, { ...form, name: ' ' })).status, 422)
    assert.equal(
      (await ask('/account/keys', mika, { name: 'Robot', days: '30', 'scope-administer': '1' })).status,
      422,
    )
    assert.equal((await ask('/account/keys', mika, { ...form, days: '9999' })).status, 400)
    assert.deepEqual(await hub.store.apiKeys.list(mika.user.id), [])
  })

  test('a linked account goes, but never the last way in', async () => {
    const mika = await hub.signIn('member')
    const link = (subject: string) =>
      hub.store.identities.link(
        { issuer: 'https://github.com', subject, email: null, emailVerified: false, label: subject },
        mika.user.id,
        Date.now(),
      )
    await link(`${mika.user.id}-one`)
    await link(`${mika.user.id}-two`)
    const passkey = { publicKey: 'AA', counter: 0, transports: [], backedUp: false, name: 'Old phone' }
    await hub.store.passkeys.add(
      mika.user.id,
      { ...passkey, credentialId: `${mika.user.id} old`, rpId: 'old.example' },
      1,
    )
    const form = (subject: string) => ({
      issuer: 'https://github.com',
      subject: `${mika.user.id}-${subject}`,
    })
    assert.equal((await ask('/account/unlink', await hub.signIn('member'), form('one'))).status, 404)
    assert.equal((await ask('/account/unlink', mika, form('one'))).status, 200)
    assert.equal((await ask('/account/unlink', mika, form('two'))).status, 409)
    assert.equal((await hub.store.identities.list(mika.user.id)).length, 1)
    const page = (await ask('/account', mika)).body
    assert.match(page, /your only way in, so it stays/)
    assert.match(page, /Old phone.*not taken here at present/s)
    const old = { credential: `${mika.user.id} old` }
    assert.equal((await ask('/account/passkeys/remove', mika, old)).status, 200, 'it was no way in')
  })
})

test('a form that is sent before HTMX is there is answered with a page that has its card', async () => {
  const mika = await hub.signIn('member')
  const headers = { cookie: mika.cookie, accept: 'text/html' }
  const sent = { method: 'POST', headers, body: new URLSearchParams() }
  const answer = await fetch(`${hub.origin}/account/recovery-codes`, sent)
  const page = await answer.text()
  assert.match(page, /^<!doctype html>/)
  assert.equal(page.match(/<code>[0-9A-Z]{4}(-[0-9A-Z]{4}){5}<\/code>/g)?.length, 10)
  assert.match(page, /href="\/account">Your whole account/)
})

test('another page cannot make a browser change or fetch anything', async () => {
  const { cookie, user } = await hub.signIn('member')
  const headers = { cookie, 'sec-fetch-site': 'cross-site', 'hx-request': 'true' }
  const paths = [
    'name',
    'guest',
    'unlink',
    'passkeys',
    'passkeys/options',
    'passkeys/remove',
    'passkeys/rename',
    'recovery-codes',
    'keys',
  ]
  for (const path of [
    ...paths,
    'delete',
    'export',
    'import',
    'sessions/end-others',
    `sessions/${uuidv7()}/end`,
  ]) {
    const answer = await fetch(`${hub.origin}/account/${path}`, { method: 'POST', headers })
    assert.equal(answer.status, 403, path)
  }
  assert.ok(await hub.store.accounts.findUser(user.id))
})
