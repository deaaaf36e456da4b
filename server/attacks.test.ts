import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { filled, isUnsafe, type Route, routesOf } from '../testing/attacks/routes.ts'
import { startTestHouse, type TestHouse } from '../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../testing/hub/start-hub.ts'
import { converse } from '../testing/pages/open-house.ts'
import { hashToken, newToken } from './accounts/sessions/tokens.ts'

let house: TestHouse
let hub: TestHub
/** The same house as strangers meet it: at a public address under TLS, where nobody is a guest. */
let publicHub: TestHub
let victim: SignedIn
let attacker: SignedIn

/** What is the victim's, by the names that routes have for it. */
let theirs: Readonly<Record<string, string>>

const attemptsPerMinute = 10_000
const publicUrl = 'https://house.example'

before(async () => {
  house = await startTestHouse({ config: { attemptsPerMinute } })
  hub = house.hub
  publicHub = await house.addHub({
    databaseUrl: hub.databaseUrl,
    config: { attemptsPerMinute, publicUrl },
  })
  victim = await hub.signIn('member')
  attacker = await hub.signIn('member')
  const said = { said: 'A secret of mine', answer: 'And my answer' }
  const { conversationId, messageId } = await converse(hub.store, victim.user, said)
  theirs = { id: conversationId, messageId }
})
after(() => house?.[Symbol.asyncDispose]())

/** A request with an empty body: as a form, and where the route takes no forms as JSON. */
async function ask(
  { method }: Route,
  path: string,
  headers: Record<string, string> = {},
  at: TestHub = hub,
): Promise<Response> {
  const send = (type: string, body: string) =>
    fetch(`${at.origin}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...headers, ...(method === 'POST' && { 'content-type': type }) },
      ...(method === 'POST' && { body }),
    })
  const answer = await send('application/x-www-form-urlencoded', '')
  if (method !== 'POST' || answer.status !== 400) return answer
  await answer.body?.cancel()
  return send('application/json', '{}')
}

const routes = () => routesOf(hub.app.fastify)
const nameOf = ({ method, path }: Route) => `${method} ${path}`

test('the table that is walked has the routes that matter', () => {
  const names = routes().map(nameOf)
  for (const known of [
    'POST /sign-out',
    'DELETE /c/:id',
    'POST /admin/people/:id/role',
    'GET /v1/sessions/:id/messages',
    'GET /ws',
  ])
    assert.ok(names.includes(known), known)
})

test('no unsafe route takes what another page makes a browser send', async () => {
  const forged: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: `http://evil.localhost:${hub.port}` },
    { 'sec-fetch-site': 'cross-site', origin: hub.origin },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]
  const unsafe = routes().filter(isUnsafe)
  assert.ok(unsafe.length > 20)
  for (const route of unsafe)
    for (const headers of forged) {
      const answer = await ask(route, filled(route, theirs), { cookie: victim.cookie, ...headers })
      const { code } = (await answer.json()) as { code: string }
      assert.deepEqual([answer.status, code], [403, 'origin_refused'], `${nameOf(route)} ${headers.origin}`)
    }
  assert.ok(await hub.store.conversations.find(victim.user.id, theirs.id ?? ''))
  assert.equal((await hub.store.sessions.list(victim.user.id, Date.now())).length, 1)
})

/** What a stranger may ask for: ways in, files, probes. Everything else is somebody's; sockets have tests of their own. */
const open =
  /^(GET|HEAD) \/(\*|ws|assets\/\*|health|healthz|readyz|version|favicon\.ico|sign-in|invitation\/:token)$|^GET \/(owner\/:token|sign-in\/:provider(\/callback)?)$|^POST \/(sign-out|owner\/:token|sign-in\/(passkey(\/options)?|recovery|:provider\/back-channel-logout)|invitation\/:token(\/options)?)$/

test('a stranger is let into nothing but the ways in', async () => {
  for (const route of routes().filter((one) => !open.test(nameOf(one)))) {
    const answer = await ask(route, filled(route, theirs), {}, publicHub)
    assert.ok(answer.status === 401, `${nameOf(route)} answered ${answer.status}`)
    assert.ok(!(await answer.text()).includes('secret'), nameOf(route))
    assert.deepEqual(answer.headers.getSetCookie(), [], nameOf(route))
  }
})

test('nobody but an admin is let into the administration', async () => {
  const administration = routes().filter(({ path }) => path.startsWith('/admin'))
  const guest = await hub.signIn('guest')
  for (const route of administration)
    for (const { cookie } of [attacker, guest]) {
      const answer = await ask(route, filled(route, { id: victim.user.id }), { cookie })
      assert.equal(answer.status, 403, nameOf(route))
    }
  assert.ok((await hub.store.accounts.findUser(victim.user.id))?.disabledAt === null)
})

test('every answer forbids what a page of this house has no need of', async () => {
  const admin = await hub.signIn('owner')
  for (const route of routes().filter(({ method, path }) => method === 'GET' && path !== '/ws')) {
    const { headers } = await ask(route, filled(route, theirs), { cookie: admin.cookie, accept: 'text/html' })
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/, nameOf(route))
    assert.match(policy, /frame-ancestors 'none'/, nameOf(route))
    assert.doesNotMatch(policy, /unsafe-|\*/, nameOf(route))
    assert.equal(headers.get('x-content-type-options'), 'nosniff', nameOf(route))
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', nameOf(route))
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', nameOf(route))
    assert.match(headers.get('permissions-policy') ?? '', /camera=\(\)/, nameOf(route))
    assert.match(headers.get('referrer-policy') ?? '', /same-origin|no-referrer/, nameOf(route))
    if (headers.get('content-type')?.startsWith('text/html'))
      assert.equal(headers.get('cache-control'), 'no-store', nameOf(route))
  }
})

test('a session’s cookie is out of reach of scripts and other sites, and of plain HTTP under TLS', async () => {
  const [plain = ''] = (await ask({ method: 'GET', path: '/' }, '/')).headers.getSetCookie()
  assert.match(plain, /; HttpOnly/)
  assert.match(plain, /; SameSite=Lax/)
  const token = newToken()
  const expiresAt = Date.now() + 60_000
  await hub.store.accounts.createOwnerLink({ tokenHash: hashToken(token), expiresAt })
  const answer = await ask({ method: 'POST', path: '' }, `/owner/${token}`, {}, publicHub)
  const [secure = ''] = answer.headers.getSetCookie()
  assert.match(secure, /^__Host-/)
  for (const flag of [/; HttpOnly/, /; Secure/, /; SameSite=Lax/, /; Path=\//]) assert.match(secure, flag)
  assert.doesNotMatch(secure, /; Domain=/)
  assert.match(answer.headers.get('strict-transport-security') ?? '', /max-age=\d{8}/)
})

test('whoever guesses at a way in is held up, by every way', async () => {
  const ways: readonly Route[] = [
    { method: 'GET', path: '/owner/guess' },
    { method: 'POST', path: '/owner/guess' },
    { method: 'GET', path: '/invitation/guess' },
    { method: 'GET', path: '/sign-in/guess/callback' },
    { method: 'POST', path: '/sign-in/recovery' },
    { method: 'POST', path: '/sign-in/passkey' },
  ]
  for (const way of ways) {
    await using strict = await house.addHub({ config: { attemptsPerMinute: 3 } })
    const statuses: number[] = []
    // Twice as many and one, since a new minute may begin on the way.
    for (let count = 0; count < 7; count += 1)
      statuses.push((await ask(way, way.path, { 'sec-fetch-site': 'same-origin' }, strict)).status)
    assert.ok(statuses.includes(429), `${nameOf(way)}: ${statuses}`)
    assert.ok(statuses[0] !== 429, nameOf(way))
  }
})
