import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fetchAnswer, publicOrigin, signInAt } from '../../../testing/providers/sign-in-house.ts'
import { createSigningKey } from '../../../testing/providers/signed-tokens.ts'
import { useSignInHouse } from '../../../testing/providers/use-sign-in-house.ts'

const home = useSignInHouse()

const expired = '/sign-in?problem=expired&provider='
const mixedUp = '/sign-in?problem=mixed_up&provider='

suite('state', () => {
  test('an answer works once', async () => {
    const visitor = home.visitor()
    const answer = await fetchAnswer(visitor, 'authentik')
    assert.equal((await visitor.ask(answer)).headers.location, '/')
    assert.equal((await visitor.ask(answer)).headers.location, `${expired}authentik`)
  })

  test('an answer that another browser got signs nobody in', async () => {
    const [attacker, victim] = [home.visitor(), home.visitor()]
    await victim.ask(`${publicOrigin}/sign-in/authentik`)
    const answer = await fetchAnswer(attacker, 'authentik')
    assert.equal((await victim.ask(answer)).headers.location, `${expired}authentik`)
    assert.equal(await home.whoIs(victim), undefined)
    // The victim's try has not used the attacker's flow up, nor did it help.
    assert.equal((await attacker.ask(answer)).headers.location, '/')
  })

  test('a state that was fixed before, or made up, is refused', async () => {
    const visitor = home.visitor()
    const answer = await fetchAnswer(visitor, 'authentik')
    for (const state of ['', 'fixed', 'A'.repeat(43), 'A'.repeat(5_000)]) {
      const forged = new URL(answer)
      forged.searchParams.set('state', state)
      assert.equal((await visitor.ask(forged)).headers.location, `${expired}authentik`, state.slice(0, 10))
    }
    const twice = new URL(answer)
    twice.searchParams.append('state', 'second')
    assert.equal((await visitor.ask(twice)).headers.location, `${expired}authentik`)
    assert.equal(await home.whoIs(visitor), undefined)
  })
})

suite('a link on another site', () => {
  test('begins no sign-in, but leads to the page where a click does', async () => {
    const visitor = home.visitor()
    const start = (site: string) =>
      visitor.ask(`${publicOrigin}/sign-in/authentik?return_to=/account`, {
        headers: { 'sec-fetch-site': site },
      })
    for (const site of ['cross-site', 'same-site']) {
      const page = await start(site)
      assert.equal(page.headers.location, '/sign-in?return_to=%2Faccount', site)
      assert.equal(page.headers['set-cookie'], undefined, site)
    }
    for (const site of ['same-origin', 'none'])
      assert.equal(new URL((await start(site)).headers.location ?? '').origin, home.issuer.issuer, site)
    await signInAt(visitor, 'authentik')
    assert.equal((await start('cross-site')).headers.location, '/sign-in?again=1&return_to=%2Faccount')
  })

  test('leads nowhere but into this house', async () => {
    const visitor = home.visitor()
    const address = `${publicOrigin}/sign-in/authentik?return_to=//evil.example`
    const page = await visitor.ask(address, { headers: { 'sec-fetch-site': 'cross-site' } })
    assert.equal(page.headers.location, '/sign-in?return_to=%2F')
  })
})

suite('mix-up', () => {
  test('an answer that comes to another provider’s address is refused, and its flow is over', async () => {
    const visitor = home.visitor()
    const answer = await fetchAnswer(visitor, 'authentik')
    const elsewhere = new URL(`/sign-in/google/callback${answer.search}`, publicOrigin)
    assert.equal((await visitor.ask(elsewhere)).headers.location, `${mixedUp}google`)
    assert.equal((await visitor.ask(answer)).headers.location, `${expired}authentik`)
    assert.ok(!home.google.calls.some(({ form }) => form.get('code') === answer.searchParams.get('code')))
  })

  test('an answer in the name of another issuer is refused before its code is sent anywhere', async () => {
    for (const issuer of [home.google.origin, 'https://evil.example', null]) {
      const visitor = home.visitor()
      const answer = await fetchAnswer(visitor, 'authentik')
      if (issuer === null) answer.searchParams.delete('iss')
      else answer.searchParams.set('iss', issuer)
      assert.equal((await visitor.ask(answer)).headers.location, `${mixedUp}authentik`)
      assert.equal(await home.whoIs(visitor), undefined)
    }
  })
})

suite('codes and tokens', () => {
  test('a stolen code is worth nothing in the thief’s own flow', async () => {
    for (const slug of ['authentik', 'google']) {
      const [victim, thief] = [home.visitor(), home.visitor()]
      const stolen = (await fetchAnswer(victim, slug)).searchParams.get('code') ?? ''
      const answer = await fetchAnswer(thief, slug)
      answer.searchParams.set('code', stolen)
      assert.equal((await thief.ask(answer)).headers.location, `${expired}${slug}`)
      assert.equal(await home.whoIs(thief), undefined)
    }
  })

  test('an id_token that the provider did not sign is refused', async () => {
    const visitor = home.visitor()
    home.google.forger = await createSigningKey()
    const page = await signInAt(visitor, 'google')
    home.google.forger = undefined
    assert.match(page.url.search, /problem=mixed_up/)
    assert.equal(await home.whoIs(visitor), undefined)
  })
})

suite('sessions', () => {
  test('a session that was planted before the sign-in is neither used nor left alive', async () => {
    const visitor = home.visitor()
    const planted = await home.hubs[0].signIn('guest')
    const [name = '', token = ''] = planted.cookie.split('=')
    visitor.cookies(publicOrigin).set(name, token)
    assert.equal((await home.whoIs(visitor))?.id, planted.user.id)
    await signInAt(visitor, 'authentik')
    assert.equal((await home.whoIs(visitor))?.name, 'Ada')
    const planter = home.visitor()
    planter.cookies(publicOrigin).set(name, token)
    assert.equal(await home.whoIs(planter), undefined)
  })
})

suite('return_to', () => {
  for (const address of ['//evil.example', 'https://evil.example/', '/\\evil.example', '/sign-in/google'])
    test(`${address} leads to the first page`, async () => {
      const visitor = home.visitor()
      const answer = await fetchAnswer(visitor, 'authentik', `?return_to=${encodeURIComponent(address)}`)
      assert.equal((await visitor.ask(answer)).headers.location, '/')
    })

  test('the sign-in page passes no foreign address on', async () => {
    const page = await home.visitor().ask(`${publicOrigin}/sign-in?return_to=%2F%2Fevil.example`)
    assert.doesNotMatch(page.body, /evil/)
  })
})

test('words of a stranger’s making never reach the sign-in page', async () => {
  const query = `problem=${encodeURIComponent('<b>Call 555</b>')}&provider=${encodeURIComponent('<i>')}`
  const page = await home.visitor().ask(`${publicOrigin}/sign-in?${query}`)
  assert.doesNotMatch(page.body, /555|<i>/)
  assert.doesNotMatch(
    (await home.visitor().ask(`${publicOrigin}/sign-in?problem=toString`)).body,
    /role="alert"/,
  )
})
