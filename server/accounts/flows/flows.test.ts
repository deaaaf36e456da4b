import assert from 'node:assert/strict'
import { test } from 'node:test'
import { converse } from '../../../testing/pages/open-house.ts'
import {
  fetchAnswer,
  publicOrigin,
  signInAt,
  startSignInHouse,
} from '../../../testing/providers/sign-in-house.ts'
import { useSignInHouse } from '../../../testing/providers/use-sign-in-house.ts'
import { beginFlow, endFlow, flowAgeMs } from './flow.ts'

const home = useSignInHouse()

test('a person signs in at a real provider, begun on one hub and ended on another', async () => {
  const visitor = home.visitor()
  const answer = await fetchAnswer(visitor, 'authentik', '?return_to=%2F%3Fq%3Dtea')
  visitor.serve(publicOrigin, home.hubs[1].origin)
  const done = await visitor.ask(answer)
  assert.deepEqual([done.status, done.headers.location], [303, '/?q=tea'])
  const user = await home.whoIs(visitor)
  assert.deepEqual([user?.name, user?.email, user?.kind], ['Ada', 'ada@example.org', 'member'])
})

test('a person who comes again is the same one, by either provider somebody of their own', async () => {
  const [one, again, elsewhere] = [home.visitor(), home.visitor(), home.visitor()]
  home.google.person = { subject: '77', name: 'Ada', email: 'ada@example.org', emailVerified: true }
  await signInAt(one, 'authentik')
  await signInAt(again, 'authentik')
  await signInAt(elsewhere, 'google')
  const [first, second, third] = await Promise.all([one, again, elsewhere].map(home.whoIs))
  assert.ok(first && third)
  assert.equal(second?.id, first.id)
  assert.notEqual(third.id, first.id)
  assert.equal(third.email, first.email)
})

test('groups of an issuer give a role, whether the id_token names them or userinfo does', async () => {
  const mapped = await startSignInHouse({
    roleGroups: [{ group: 'family', role: 'premium' }],
    roleGroupsFrom: ['authentik'],
  })
  await using _ = mapped
  for (const claimsIn of ['id_token', 'userinfo'] as const) {
    mapped.issuer.claimsIn = claimsIn
    mapped.issuer.person = { ...mapped.issuer.person, subject: claimsIn }
    const backChannelOrigin = mapped.hubs[1].origin
    mapped.issuer.admit({ publicOrigin, slug: 'authentik', backChannelOrigin })
    const visitor = mapped.visitor()
    await signInAt(visitor, 'authentik')
    const user = await mapped.whoIs(visitor)
    assert.deepEqual([user?.name, user?.email, user?.role], ['Ada', 'ada@example.org', 'premium'], claimsIn)
  }
})

test('a guest of this machine finds the way to sign in, and takes what they have along', async () => {
  await using local = await startSignInHouse({ publicUrl: '' })
  const { origin } = local.hubs[0]
  local.issuer.admit({ publicOrigin: origin, slug: 'authentik' })
  const visitor = local.visitor()
  const before = await visitor.ask(origin)
  assert.match(before.body, /href="\/sign-in">Sign in</)
  const after = await visitor.follow(`${origin}/sign-in/authentik`)
  const [guest, member] = [before, after].map(({ body }) => /data-user-id="([^"]+)"/.exec(body)?.[1])
  assert.ok(guest)
  assert.equal(member, guest)
  assert.match(after.body, /data-user-name="Ada"/)
})

test('a guest who signs in as somebody known is asked about what they said, and takes it along', async () => {
  await using local = await startSignInHouse({ publicUrl: '' })
  const [hub] = local.hubs
  local.issuer.admit({ publicOrigin: hub.origin, slug: 'authentik' })
  await local.visitor().follow(`${hub.origin}/sign-in/authentik`)
  const visitor = local.visitor()
  const id = /data-user-id="([^"]+)"/.exec((await visitor.ask(hub.origin)).body)?.[1] ?? ''
  const guest = (await hub.store.accounts.findUser(id)) ?? assert.fail('There is no guest')
  await converse(hub.store, guest, { said: 'Where is my <tea>?', answer: 'Here.' })
  const asked = await visitor.follow(`${hub.origin}/sign-in/authentik?return_to=%2F%3Fq%3Dtea`)
  assert.equal(asked.url.pathname, '/account/guest')
  assert.match(asked.body, /one conversation: “Where is my &lt;tea&gt;\?”/)
  const done = await visitor.submit(`${hub.origin}/account/guest`, { return_to: '/?q=tea' })
  assert.match(done.body, /One conversation came along/)
  assert.match(done.body, /href="\/\?q=tea">Go on/)
  assert.match((await visitor.ask(`${hub.origin}/`)).body, /class="row-title">Where is my &lt;tea&gt;/)
  assert.equal(await hub.store.accounts.findUser(guest.id), undefined)
  assert.match((await visitor.submit(`${hub.origin}/account/guest`)).body, /nothing to take along/)
})

test('somebody from elsewhere is not sent to an address of their own making', async () => {
  await using local = await startSignInHouse({ publicUrl: '' })
  const headers = { host: 'evil.example' }
  const page = await local.visitor().ask(`${local.hubs[0].origin}/sign-in/authentik`, { headers })
  assert.equal(page.headers.location, '/sign-in?problem=misconfigured&provider=authentik')
})

test('the flow’s cookie is this host’s alone, and no script reads it', async () => {
  const page = await home.visitor().ask(`${publicOrigin}/sign-in/authentik`)
  const cookie = page.headers['set-cookie']?.find((line) => line.includes('flow')) ?? ''
  assert.match(
    cookie,
    /^__Host-companions_flow=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  assert.equal(page.headers['cache-control'], 'no-store')
})

test('the provider is asked with state, nonce and S256, and told the exact redirect URI', async () => {
  const page = await home.visitor().ask(`${publicOrigin}/sign-in/authentik`)
  const { origin, searchParams } = new URL(page.headers.location ?? '')
  assert.equal(origin, home.issuer.issuer)
  assert.equal(searchParams.get('redirect_uri'), `${publicOrigin}/sign-in/authentik/callback`)
  assert.equal(searchParams.get('code_challenge_method'), 'S256')
  for (const name of ['state', 'nonce', 'code_challenge'])
    assert.match(searchParams.get(name) ?? '', /^[\w-]{43}$/, name)
})

test('who refuses at the provider is told so kindly, and stays a stranger', async () => {
  const visitor = home.visitor()
  home.issuer.denies = true
  const page = await signInAt(visitor, 'authentik')
  home.issuer.denies = false
  assert.equal(page.status, 200)
  assert.match(page.body, /You did not let Authentik say who you are/)
  assert.equal(await home.whoIs(visitor), undefined)
})

test('a provider that is not configured is not there', async () => {
  for (const path of ['/sign-in/github', '/sign-in/github/callback', '/sign-in/none'])
    assert.equal((await home.visitor().ask(`${publicOrigin}${path}`)).status, 404, path)
})

test('a stranger’s page names the configured providers, and comes back to where they wanted to go', async () => {
  const page = await home.visitor().ask(`${publicOrigin}/c/0190a0b4-0000-7000-8000-000000000000`)
  assert.equal(page.status, 401)
  assert.match(page.body, /Continue with Authentik/)
  assert.match(page.body, /Continue with Google/)
  assert.doesNotMatch(page.body, /GitHub|Twitch|Discord/)
  assert.ok(page.body.includes('return_to=%2Fc%2F0190a0b4-0000-7000-8000-000000000000'))
})

test('a flow is over after its time, and one browser’s flows are bounded', async () => {
  const { flows } = home.hubs[0].store
  const begun = {
    provider: 'google',
    returnTo: '/',
    linkTo: null,
    isAgain: false,
    redirectUri: 'x',
    binding: 'mine',
  }
  const now = Date.now()
  const { state } = await beginFlow(flows, begun, now)
  assert.equal(await endFlow(flows, { state, binding: 'mine' }, now + flowAgeMs), undefined)
  const states: string[] = []
  for (let turn = 0; turn < 30; turn += 1) states.push((await beginFlow(flows, begun, now + turn)).state)
  const ended = await Promise.all(states.map((one) => endFlow(flows, { state: one, binding: 'mine' }, now)))
  const left = ended.filter((flow) => flow !== undefined).length
  assert.ok(left >= 1 && left <= 10, `${left} are left`)
  assert.notEqual(ended.at(-1), undefined)
})
