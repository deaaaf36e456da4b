import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { beginLink, fetchAnswer, publicOrigin, signInAt } from '../../../testing/providers/sign-in-house.ts'
import { useSignInHouse } from '../../../testing/providers/use-sign-in-house.ts'
import { maxIdentitiesPerUser } from '../../store/identities.ts'

const home = useSignInHouse({ signUpDomains: ['example.org'] })

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
  test('works for a signed-in person, and then either signs in as the same one', async () => {
    const [visitor, later] = [home.visitor(), home.visitor()]
    home.google.person = { subject: '700', name: 'Ada G', email: 'ada@gmail.example', emailVerified: true }
    await signInAt(visitor, 'authentik')
    const before = await home.whoIs(visitor)
    const offered = async () =>
      [...(await visitor.ask(`${publicOrigin}/account`)).body.matchAll(/Link (\w+)<\/button>/g)].map(
        ([, name]) => name,
      )
    assert.deepEqual(await offered(), ['Google'])
    const done = await visitor.follow(await beginLink(visitor, 'google'))
    assert.equal(done.status, 200)
    assert.deepEqual(await offered(), [], 'both are linked')
    await signInAt(later, 'google')
    assert.equal((await home.whoIs(later))?.id, before?.id)
  })

  test('is begun by no other site, by no stranger, and by no link, wherever that stands', async () => {
    const visitor = home.visitor()
    const begin = `${publicOrigin}/sign-in/google/link`
    assert.equal((await visitor.submit(begin)).status, 401)
    home.google.person = { subject: '701', name: 'Eve', email: 'eve@gmail.example', emailVerified: true }
    await signInAt(visitor, 'authentik')
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
    ])
      assert.equal(
        (await visitor.ask(begin, { method: 'POST', headers })).status,
        403,
        JSON.stringify(headers),
      )
    const clicked = { headers: { 'sec-fetch-site': 'same-origin', referer: `${publicOrigin}/c/1` } }
    const user = await home.whoIs(visitor)
    const linked = () => home.hubs[0].store.identities.list(user?.id ?? '')
    const before = (await linked()).map(({ issuer }) => issuer)
    for (const path of [
      '/sign-in/google/link',
      '/sign-in/google?intent=link',
      '/%73ign-in/google?intent=link',
    ]) {
      const { headers } = await visitor.ask(`${publicOrigin}${path}`, clicked)
      if (headers.location !== undefined) await visitor.follow(headers.location)
      assert.deepEqual(
        (await linked()).map(({ issuer }) => issuer),
        before,
        path,
      )
    }
  })

  test('takes nobody else’s account away', async () => {
    const [owner, thief] = [home.visitor(), home.visitor()]
    home.google.person = { subject: '800', name: 'Grace', email: 'grace@example.org', emailVerified: true }
    await signInAt(owner, 'google')
    await signInAt(thief, 'authentik')
    const refused = await thief.follow(await beginLink(thief, 'google'))
    assert.match(refused.body, /belongs to somebody else here/)
    const again = home.visitor()
    await signInAt(again, 'google')
    assert.equal((await home.whoIs(again))?.id, (await home.whoIs(owner))?.id)
  })

  test('is refused to who has as many as one may have, and their page says what to do', async () => {
    const visitor = home.visitor()
    const { identities } = home.hubs[0].store
    await signInAt(visitor, 'authentik')
    const { id } = (await home.whoIs(visitor)) ?? assert.fail('Nobody is signed in')
    const there = await beginLink(visitor, 'google')
    const identity = { issuer: 'https://id.example', email: null, emailVerified: false, label: 'Ada' }
    for (let count = 0; (await identities.list(id)).length < maxIdentitiesPerUser; count += 1)
      await identities.link({ ...identity, subject: `${id} ${count}` }, id, Date.now())
    home.google.person = { subject: '850', name: 'Ada', email: 'ada@gmail.example', emailVerified: true }
    const refused = await visitor.follow(there)
    assert.match(refused.body, /You have 20 linked accounts.*Google was not linked. Unlink one/)
    assert.match((await visitor.ask(`${publicOrigin}/account`)).body, /Unlink one to link another/)
  })

  test('comes to nothing when somebody else has signed in meanwhile', async () => {
    const visitor = home.visitor()
    home.google.person = { subject: '900', name: 'New', email: 'new@example.org', emailVerified: true }
    await signInAt(visitor, 'authentik')
    const there = await beginLink(visitor, 'google')
    const back = await visitor.follow(there, (url) => url.origin === publicOrigin)
    home.issuer.person = { ...home.issuer.person, subject: 'bob', email: 'bob@example.org', name: 'Bob' }
    visitor.cookies(home.issuer.issuer).clear()
    await visitor.submit(`${publicOrigin}/sign-out`)
    await signInAt(visitor, 'authentik')
    assert.equal((await home.whoIs(visitor))?.name, 'Bob')
    const done = await visitor.ask(back.url)
    assert.equal(done.headers.location, '/sign-in?return_to=%2Faccount&problem=expired&provider=google')
  })
})

test('a guest’s answer to nobody’s question links nothing', async () => {
  const visitor = home.visitor()
  const answer = await fetchAnswer(visitor, 'google')
  const other = home.visitor()
  assert.equal((await other.ask(answer)).headers.location, '/sign-in?problem=expired&provider=google')
})
