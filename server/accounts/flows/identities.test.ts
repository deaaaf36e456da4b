import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import {
  fetchAnswer,
  publicOrigin,
  type SignInHouse,
  signInAt,
  startSignInHouse,
} from '../../../testing/providers/sign-in-house.ts'

let home: SignInHouse
const ownPage = { 'sec-fetch-site': 'same-origin' }

before(async () => {
  home = await startSignInHouse({ signUpDomains: ['example.org'] })
})
after(() => home?.[Symbol.asyncDispose]())

suite('an e-mail address', () => {
  test('that somebody else has here already lets nobody into their account', async () => {
    const [owner, thief] = [home.visitor(), home.visitor()]
    await signInAt(owner, 'authentik')
    home.google.person = { subject: '666', name: 'Mallory', email: 'ada@example.org', emailVerified: true }
    await signInAt(thief, 'google')
    const [one, other] = await Promise.all([home.whoIs(owner), home.whoIs(thief)])
    assert.ok(one && other)
    assert.notEqual(one.id, other.id)
  })

  test('that the provider has not verified opens no door', async () => {
    const visitor = home.visitor()
    home.google.person = { subject: '667', name: 'Mallory', email: 'boss@example.org', emailVerified: false }
    const page = await signInAt(visitor, 'google')
    assert.match(page.body, /Google has not verified your e-mail address/)
    assert.equal(await home.whoIs(visitor), undefined)
  })
})

suite('linking a second account', () => {
  const link = (query = '') => `${publicOrigin}/sign-in/google?intent=link${query}`

  test('works for a signed-in person, and then either signs in as the same one', async () => {
    const [visitor, later] = [home.visitor(), home.visitor()]
    home.google.person = { subject: '700', name: 'Ada G', email: 'ada@gmail.example', emailVerified: true }
    await signInAt(visitor, 'authentik')
    const before = await home.whoIs(visitor)
    const offered = async () =>
      [...(await visitor.ask(`${publicOrigin}/account`)).body.matchAll(/Link (\w+)<\/a>/g)].map(
        ([, name]) => name,
      )
    assert.deepEqual(await offered(), ['Google'])
    const begun = await visitor.ask(link('&return_to=%2F'), { headers: ownPage })
    const done = await visitor.follow(begun.headers.location ?? '')
    assert.equal(done.status, 200)
    assert.deepEqual(await offered(), [], 'both are linked')
    await signInAt(later, 'google')
    assert.equal((await home.whoIs(later))?.id, before?.id)
  })

  test('is begun by no other site, and by no stranger', async () => {
    const visitor = home.visitor()
    assert.equal((await visitor.ask(link(), { headers: ownPage })).status, 401)
    await signInAt(visitor, 'authentik')
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'none' },
      { referer: 'https://evil.example/' },
      {},
    ])
      assert.equal((await visitor.ask(link(), { headers })).status, 403, JSON.stringify(headers))
  })

  test('takes nobody else’s account away', async () => {
    const [owner, thief] = [home.visitor(), home.visitor()]
    home.google.person = { subject: '800', name: 'Grace', email: 'grace@example.org', emailVerified: true }
    await signInAt(owner, 'google')
    await signInAt(thief, 'authentik')
    const begun = await thief.ask(link(), { headers: ownPage })
    const refused = await thief.follow(begun.headers.location ?? '')
    assert.match(refused.body, /belongs to somebody else here/)
    const again = home.visitor()
    await signInAt(again, 'google')
    assert.equal((await home.whoIs(again))?.id, (await home.whoIs(owner))?.id)
  })

  test('comes to nothing when somebody else has signed in meanwhile', async () => {
    const visitor = home.visitor()
    home.google.person = { subject: '900', name: 'New', email: 'new@example.org', emailVerified: true }
    await signInAt(visitor, 'authentik')
    const begun = await visitor.ask(link(), { headers: ownPage })
    const back = await visitor.follow(begun.headers.location ?? '', (url) => url.origin === publicOrigin)
    home.issuer.person = { ...home.issuer.person, subject: 'bob', email: 'bob@example.org', name: 'Bob' }
    visitor.cookies(home.issuer.issuer).clear()
    await signInAt(visitor, 'authentik')
    assert.equal((await home.whoIs(visitor))?.name, 'Bob')
    const done = await visitor.ask(back.url)
    assert.equal(done.headers.location, '/sign-in?problem=expired&provider=google')
  })
})

test('a guest’s answer to nobody’s question links nothing', async () => {
  const visitor = home.visitor()
  const answer = await fetchAnswer(visitor, 'google')
  const other = home.visitor()
  assert.equal((await other.ask(answer)).headers.location, '/sign-in?problem=expired&provider=google')
})
