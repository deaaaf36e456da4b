import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SignJWT } from 'jose'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { subjects } from '../../../bus/contract/subjects.ts'
import { openBrowserSocket } from '../../../testing/hub/browser-socket.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import { timesOfNow } from '../../../testing/providers/signed-tokens.ts'
import { Visitor } from '../../../testing/providers/visitor.ts'
import { cachedSessionAgeMs } from '../../store/session-cache.ts'
import { newApiKey } from '../keys/api-key.ts'
import { openSession } from '../sessions/open.ts'
import { hashToken } from '../sessions/tokens.ts'

const header = 'x-authentik-jwt'
const issuer = 'https://auth.example/application/o/home/'
const secret = 'what the proxy and the house know, and nobody else'

let house: TestHouse
let origin: string

before(async () => {
  house = await startTestHouse({
    config: {
      publicUrl: 'https://home.example',
      signUp: 'open',
      trustedProxies: ['127.0.0.1'],
      proxyIdentityHeader: 'X-authentik-jwt',
      proxyIdentityIssuer: issuer,
      proxyIdentityAudience: 'home',
      proxyIdentitySecret: secret,
    },
  })
  origin = house.hub.origin
})
after(() => house?.[Symbol.asyncDispose]())

const tokenOf = (sub: string) =>
  new SignJWT({ iss: issuer, aud: 'home', sub, name: sub, ...timesOfNow() })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret))

const conversations = (headers: Record<string, string>) => fetch(`${origin}/v1/sessions`, { headers })

const personOf = async (sub: string) => {
  const user = await house.hub.store.identities.findUser(issuer, sub)
  assert.ok(user)
  return user
}

/** Ways to reach what is a person's, without opening a page. */
const ways: [string, (headers: Record<string, string>) => Promise<number>][] = [
  ['an API call', async (headers) => (await conversations(headers)).status],
  [
    'a piece of a page',
    async (headers) => (await fetch(`${origin}/`, { headers: { ...headers, 'hx-request': 'true' } })).status,
  ],
  [
    'a form',
    async (headers) => {
      const body = new URLSearchParams({ name: 'Other' })
      const sent = { ...headers, 'sec-fetch-site': 'same-origin' }
      return (await fetch(`${origin}/account/name`, { method: 'POST', headers: sent, body })).status
    },
  ],
  [
    'a socket',
    async (headers) => {
      try {
        const socket = await openBrowserSocket(origin, { headers })
        socket.hello()
        await socket.next('welcome')
        await socket.close()
        return 200
      } catch (error) {
        return Number(/\d{3}/.exec(String(error))?.[0])
      }
    },
  ],
]

for (const [what, ask] of ways) {
  test(`${what} through the proxy without a cookie is asked by whom the token names`, async (t) => {
    const name = `alone ${what}`
    const headers = { [header]: await tokenOf(name) }
    const published = t.mock.method(house.hub.bus, 'publish')
    assert.deepEqual([await ask(headers), await ask(headers)], [200, 200])
    const { id } = await personOf(name)
    const logins = published.mock.calls.filter(({ arguments: [subject] }) => subject === subjects.login(id))
    assert.equal(logins.length, 1, 'the bus hears of the sign-in, once')
    assert.equal((await house.hub.store.sessions.list(id, Date.now())).length, 1)
  })

  test(`${what} with the session of somebody else than the proxy names is refused`, async () => {
    const visitor = new Visitor()
    await visitor.ask(`${origin}/`, { headers: { [header]: await tokenOf('ada') } })
    const cookie = visitor.cookieHeader(origin)
    assert.equal(await ask({ cookie, [header]: await tokenOf('ada') }), 200)
    assert.equal(await ask({ cookie, [header]: await tokenOf('bob') }), 401)
    assert.equal(await ask({ cookie, [header]: 'forged' }), 401)
  })
}

test('a session that its person opened in another way stays theirs behind the proxy', async () => {
  const token = await tokenOf('eve')
  await conversations({ [header]: token })
  const { disabledAt: _, ...user } = await personOf('eve')
  const { rooms } = house.hub.app
  const opened = await openSession(rooms.store.sessions, rooms.config, { user, now: Date.now() })
  const houseId = await rooms.store.readId()
  const cookie = `__Host-companions_session_${houseId}=${opened.token}`
  const page = await new Visitor().ask(`${origin}/`, { headers: { cookie, [header]: token } })
  assert.deepEqual([page.status, page.headers['set-cookie']], [200, undefined])
})

test('whoever unlinked the proxy’s identity is not asked for by it any more', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { identities, sessions } = house.hub.store
  await conversations({ [header]: await tokenOf('una') })
  const before = await personOf('una')
  const other = {
    issuer: 'https://other.example',
    subject: 'una',
    label: 'Una',
    email: null,
    emailVerified: false,
  }
  await identities.link(other, before.id, Date.now())
  const offered = { rpId: undefined, issuers: [issuer, other.issuer], recoveryCodes: false }
  assert.equal(await identities.unlink(before.id, { issuer, subject: 'una' }, offered), 'unlinked')
  t.mock.timers.setTime(Date.now() + cachedSessionAgeMs)
  assert.equal((await conversations({ [header]: await tokenOf('una') })).status, 200)
  assert.notEqual((await personOf('una')).id, before.id)
  assert.deepEqual(await sessions.list(before.id, Date.now()), [])
})

test('a change of role leaves no new token due where nobody has one, so that an outage finds the session remembered', async () => {
  const headers = { [header]: await tokenOf('rho') }
  await conversations(headers)
  const { id } = await personOf('rho')
  const found = () =>
    house.hub.store.sessions.find(hashToken(`proxy ${JSON.stringify([issuer, 'rho'])}`), Date.now())
  await house.hub.store.accounts.setRole(id, 'premium', Date.now())
  assert.equal((await found())?.rotationDue, true)
  assert.equal((await conversations(headers)).status, 200)
  const session = await found()
  assert.deepEqual([session?.user.role, session?.rotationDue], ['premium', false])
})

test('files and probes ask nobody who they are, whatever the header says', async () => {
  for (const path of ['/healthz', '/readyz', '/version', '/assets/none.js']) {
    const headers = { [header]: 'forged', accept: 'text/html' }
    const answer = await fetch(`${origin}${path}`, { headers })
    assert.ok([200, 404].includes(answer.status), `${path} answered ${answer.status}`)
    assert.deepEqual(answer.headers.getSetCookie(), [], path)
  }
})

test('a program’s key says who asks, whoever came through the proxy', async () => {
  await conversations({ [header]: await tokenOf('kim') })
  const { id: userId } = await personOf('kim')
  const { key, prefix, hash } = newApiKey()
  const facts = { id: uuidv7(), userId, name: 'Key', scopes: ['read-own'], createdAt: 1, expiresAt: null }
  await house.hub.store.apiKeys.create({ ...facts, prefix, hash })
  const headers = { authorization: `Bearer ${key}`, [header]: await tokenOf('bob') }
  assert.equal((await conversations(headers)).status, 200)
})
