import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { holdClock } from '../../../testing/hub/hold-clock.ts'
import { publicOrigin, signInAt } from '../../../testing/providers/sign-in-house.ts'
import { createSigningKey, timesOfNow } from '../../../testing/providers/signed-tokens.ts'
import { useSignInHouse } from '../../../testing/providers/use-sign-in-house.ts'
import type { Visitor } from '../../../testing/providers/visitor.ts'

const home = useSignInHouse()

/** Presses the button on the provider's own page. */
async function confirmThere(visitor: Visitor, address: string) {
  const page = await visitor.follow(address)
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const action = /action="([^"]+)"/.exec(page.body)?.[1] ?? ''
  return visitor.submit(new URL(action, page.url), { xsrf, logout: 'yes' })
}

suite('signing out', () => {
  test('leads to the provider’s own sign-out and back, after the session here is over', async () => {
    const visitor = home.visitor()
    await signInAt(visitor, 'authentik')
    const page = await visitor.submit(`${publicOrigin}/sign-out`)
    assert.equal(page.status, 200)
    assert.equal(await home.whoIs(visitor), undefined)
    const there = /url=(.+)$/.exec(String(page.headers.refresh))?.[1] ?? ''
    assert.equal(new URL(there).origin, home.issuer.issuer)
    assert.equal(page.headers['cache-control'], 'no-store')
    const back = await confirmThere(visitor, there)
    assert.equal(back.headers.location, `${publicOrigin}/sign-in`)
  })

  test('at one’s own page ends what the provider signs out, on every hub and at once', async () => {
    const [visitor, other] = [home.visitor(), home.visitor()]
    await signInAt(visitor, 'authentik')
    await signInAt(other, 'authentik')
    const told = home.issuer.logouts.length
    await confirmThere(visitor, `${home.issuer.issuer}/session/end`)
    assert.deepEqual(home.issuer.logouts.slice(told), ['ok'])
    assert.equal(await home.whoIs(visitor), undefined)
    // Another browser has a session of its own at the provider, which goes on.
    assert.equal((await home.whoIs(other))?.name, 'Ada')
  })

  test('leaves a session of no provider to itself', async () => {
    const visitor = home.visitor()
    const { cookie } = await home.hubs[0].signIn('guest')
    visitor.cookies(publicOrigin).set('__Host-companions_session', cookie.split('=')[1] ?? '')
    const page = await visitor.submit(`${publicOrigin}/sign-out`)
    assert.deepEqual([page.status, page.headers.location], [303, '/'])
  })
})

suite('a logout token', () => {
  const event = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  let count = 0
  const claims = (more: object = {}) => {
    count += 1
    const { iat, exp } = timesOfNow()
    const { origin: iss, clientId: aud, person } = home.google
    return { iss, aud, iat, exp, jti: `id-${count}`, sub: person.subject, events: event, ...more }
  }
  const send = async (token: string, slug = 'google', hub = home.hubs[1]) =>
    (
      await fetch(`${hub.origin}/sign-in/${slug}/back-channel-logout`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '203.0.113.5' },
        body: new URLSearchParams({ logout_token: token }),
      })
    ).status

  test('ends all sessions of its subject, once, and nobody else’s', async () => {
    const [visitor, stranger] = [home.visitor(), home.visitor()]
    await signInAt(stranger, 'authentik')
    await signInAt(visitor, 'google')
    const token = await home.google.key.sign(claims(), 'logout+jwt')
    assert.equal(await send(token), 200)
    assert.equal(await home.whoIs(visitor), undefined)
    assert.ok(await home.whoIs(stranger))
    const noted = async () => (await home.hubs[0].store.audit.list({ limit: 50 })).items.length
    const before = await noted()
    assert.equal(await send(await home.google.key.sign(claims(), 'logout+jwt')), 200)
    assert.equal(await noted(), before, 'nothing is noted where nothing ended')
    await signInAt(visitor, 'google')
    assert.equal(await send(token), 400)
    assert.ok(await home.whoIs(visitor))
  })

  test('closes the sockets of the sessions it ends', async () => {
    const visitor = home.visitor()
    await signInAt(visitor, 'google')
    const user = await home.whoIs(visitor)
    assert.ok(user)
    const cookie = visitor.cookieHeader(publicOrigin)
    const socket = await home.hubs[0].connect({ user, cookie })
    const closed = socket.closed
    assert.equal(await send(await home.google.key.sign(claims())), 200)
    assert.equal((await closed).code, 4510)
  })

  const wrong: [string, (key: typeof home.google.key) => Promise<string>][] = [
    ['for another client', (key) => key.sign(claims({ aud: 'somebody' }))],
    ['of another issuer', (key) => key.sign(claims({ iss: 'https://evil.example' }))],
    ['with a nonce, which an id_token would have', (key) => key.sign(claims({ nonce: 'n' }))],
    ['without its event', (key) => key.sign(claims({ events: {} }))],
    ['without an id', (key) => key.sign(claims({ jti: undefined }))],
    ['that names nobody', (key) => key.sign(claims({ sub: undefined }))],
    ['of another type', (key) => key.sign(claims(), 'at+jwt')],
    ['that is old', (key) => key.sign(claims({ iat: timesOfNow().iat - 3_600 }))],
    ['without a time', (key) => key.sign(claims({ iat: undefined }))],
    ['signed by another key', async () => (await createSigningKey()).sign(claims())],
    ['that is not signed', async () => `${part({ alg: 'none' })}.${part(claims())}.`],
    ['that is none', async () => 'nonsense'],
  ]
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

  for (const [how, make] of wrong)
    test(`${how} ends nothing`, async () => {
      const visitor = home.visitor()
      await signInAt(visitor, 'google')
      assert.equal(await send(await make(home.google.key)), 400)
      assert.ok(await home.whoIs(visitor))
    })

  test('that is nonsense is counted by address, and keeps no good one out', async (t) => {
    await using limited = await home.addHub({ attemptsPerMinute: 3, trustedProxies: ['127.0.0.1'] })
    holdClock(t)
    const statuses: number[] = []
    for (const token of ['no', 'no', 'no', 'no', '']) statuses.push(await send(token, 'google', limited))
    assert.deepEqual(statuses, [400, 400, 400, 429, 429])
    assert.equal(await send(await home.google.key.sign(claims()), 'google', limited), 200)
  })

  test('of one provider says nothing to another', async () => {
    assert.equal(await send(await home.google.key.sign(claims()), 'authentik'), 400)
  })
})
