import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { SignJWT } from 'jose'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { TestHub } from '../../../testing/hub/start-hub.ts'
import { type GoogleEmulator, startGoogle } from '../../../testing/providers/google.ts'
import { createSigningKey, timesOfNow } from '../../../testing/providers/signed-tokens.ts'
import { type Page, Visitor } from '../../../testing/providers/visitor.ts'
import type { HubConfig } from '../../config.ts'

const header = 'x-authentik-jwt'
const issuer = 'https://auth.example/application/o/home/'
const secret = 'what the proxy and the house know, and nobody else'

let keys: GoogleEmulator
let house: TestHouse
let trusting: TestHub
let bySecret: TestHub
let careless: TestHub

before(async () => {
  keys = await startGoogle()
  const rules: Partial<HubConfig> = {
    publicUrl: 'https://home.example',
    signUp: 'open',
    proxyIdentityHeader: 'X-authentik-jwt',
    proxyIdentityIssuer: issuer,
    proxyIdentityAudience: 'home',
  }
  const byKeys = { ...rules, proxyIdentityKeysUrl: `${keys.origin}/oauth2/v3/certs` }
  house = await startTestHouse({ config: { ...byKeys, trustedProxies: ['127.0.0.1'] } })
  trusting = house.hub
  bySecret = await house.addHub({
    config: { ...rules, proxyIdentitySecret: secret, trustedProxies: ['127.0.0.1'] },
  })
  careless = await house.addHub({ config: { ...byKeys, trustedProxies: ['192.0.2.1'] } })
})
after(async () => {
  await house?.[Symbol.asyncDispose]()
  await keys?.[Symbol.asyncDispose]()
})

const claims = (more: object = {}) => ({
  iss: issuer,
  aud: 'home',
  sub: 'ada',
  name: 'Ada',
  email: 'ada@example.org',
  email_verified: true,
  ...timesOfNow(),
  ...more,
})

const bySharedSecret = (given: string, more: object = {}) =>
  new SignJWT(claims(more)).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(given))

const open = (hub: TestHub, token: string, visitor = new Visitor()): Promise<Page> =>
  visitor.ask(`${hub.origin}/`, { headers: { [header]: token } })

const nameOn = (page: Page) => /data-user-name="([^"]+)"/.exec(page.body)?.[1]

suite('a trusted proxy’s token', () => {
  test('signs in whom it names, with a session for what the page asks next', async () => {
    const visitor = new Visitor()
    assert.equal(nameOn(await open(trusting, await keys.key.sign(claims()), visitor)), 'Ada')
    const session = visitor.cookieHeader(trusting.origin)
    assert.match(session, /^__Host-companions_session\w*=[\w-]{43}$/)
    assert.equal((await visitor.ask(`${trusting.origin}/v1/sessions`)).status, 200)
    await open(trusting, await keys.key.sign(claims()), visitor)
    assert.equal(visitor.cookieHeader(trusting.origin), session)
  })

  test('of somebody else takes the place of a session that is open', async () => {
    const visitor = new Visitor()
    await open(trusting, await keys.key.sign(claims()), visitor)
    const token = await keys.key.sign(claims({ sub: 'bob', name: 'Bob' }))
    assert.equal(nameOn(await open(trusting, token, visitor)), 'Bob')
  })

  test('may be signed with a shared secret in place of keys', async () => {
    assert.equal(nameOn(await open(bySecret, await bySharedSecret(secret))), 'Ada')
  })
})

suite('a forged header', () => {
  test('from a peer that is no trusted proxy is nothing but text', async () => {
    const page = await open(careless, await keys.key.sign(claims()))
    assert.deepEqual([page.status, page.headers['set-cookie']], [401, undefined])
  })

  test('is nothing but text to a house that was not told of it', async () => {
    const plain = await house.addHub({ config: { publicUrl: 'https://home.example' } })
    assert.equal((await open(plain, await keys.key.sign(claims()))).status, 401)
  })

  const forged: [string, () => TestHub, () => Promise<string>][] = [
    ['signed by another key', () => trusting, async () => (await createSigningKey()).sign(claims())],
    ['for another application', () => trusting, () => keys.key.sign(claims({ aud: 'other' }))],
    ['of another issuer', () => trusting, () => keys.key.sign(claims({ iss: 'https://evil.example' }))],
    ['of another type', () => trusting, () => keys.key.sign(claims(), 'logout+jwt')],
    ['that is too old', () => trusting, () => keys.key.sign(claims({ exp: timesOfNow().iat - 60 }))],
    ['that never ends', () => trusting, () => keys.key.sign(claims({ exp: undefined }))],
    ['that names nobody', () => trusting, () => keys.key.sign(claims({ sub: undefined }))],
    ['without a signature', () => trusting, async () => `${part({ alg: 'none' })}.${part(claims())}.`],
    [
      'with a public key for a secret',
      () => trusting,
      () => bySharedSecret(JSON.stringify(keys.key.jwks.keys[0])),
    ],
    ['signed with another secret', () => bySecret, () => bySharedSecret('guessed')],
    ['signed with a key where a secret is agreed', () => bySecret, () => keys.key.sign(claims())],
    ['that is a bare name', () => trusting, async () => 'ada'],
  ]
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

  for (const [how, hub, make] of forged)
    test(`${how} signs nobody in, nor lets an older session answer`, async () => {
      const visitor = new Visitor()
      await open(
        hub(),
        hub() === bySecret ? await bySharedSecret(secret) : await keys.key.sign(claims()),
        visitor,
      )
      const page = await open(hub(), await make(), visitor)
      assert.equal(page.status, 401)
      assert.equal(nameOn(page), undefined)
    })
})
