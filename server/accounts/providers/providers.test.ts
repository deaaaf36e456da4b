import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startDiscord } from '../../../testing/providers/discord.ts'
import type { Emulator } from '../../../testing/providers/emulator.ts'
import { type GithubEmulator, startGithub } from '../../../testing/providers/github.ts'
import { type GoogleEmulator, startGoogle } from '../../../testing/providers/google.ts'
import { createSigningKey } from '../../../testing/providers/signed-tokens.ts'
import { startTwitch } from '../../../testing/providers/twitch.ts'
import { newSecrets, proveAt, testRedirectUri, walkTo } from '../../../testing/providers/walk-provider.ts'
import { createDiscord } from './discord.ts'
import { createGithub } from './github.ts'
import { createGoogle } from './google.ts'
import { createOidcProvider } from './oidc.ts'
import type { Provider } from './provider.ts'
import { createTwitch } from './twitch.ts'

interface Case<Kind extends Emulator = Emulator> {
  readonly name: string
  readonly emulator: Kind
  readonly provider: Provider
  /** With a client secret that is wrong. */
  readonly stranger: Provider
  readonly pkce: boolean
}

let github: GithubEmulator
let google: GoogleEmulator
let discord: Emulator
let twitch: Emulator
const cases: Case[] = []

before(async () => {
  ;[github, google, discord, twitch] = await Promise.all([
    startGithub(),
    startGoogle(),
    startDiscord(),
    startTwitch(),
  ])
  const githubAt = { web: github.origin, api: `${github.origin}/api` }
  add('GitHub', github, true, (client) => createGithub(client, githubAt))
  add('Google', google, true, (client) => createGoogle(client, google.origin))
  add('Discord', discord, true, (client) => createDiscord(client, discord.origin))
  add('Twitch', twitch, false, (client) => createTwitch(client, `${twitch.origin}/oauth2`))
})
after(() => Promise.all(cases.map(({ emulator }) => emulator[Symbol.asyncDispose]())))

type Make = (client: { id: string; secret: string }) => Provider

function add(name: string, emulator: Emulator, pkce: boolean, make: Make) {
  emulator.register(testRedirectUri)
  const client = clientOf(emulator)
  const stranger = make({ ...client, secret: 'wrong' })
  cases.push({ name, emulator, pkce, provider: make(client), stranger })
}

const clientOf = ({ clientId, clientSecret }: Emulator) => ({ id: clientId, secret: clientSecret })

const caseOf = (name: string): Case => {
  const found = cases.find((one) => one.name === name)
  assert.ok(found)
  return found
}

for (const name of ['GitHub', 'Google', 'Discord', 'Twitch'])
  suite(name, () => {
    test('proves who a person is, by a lasting subject and a verified address', async () => {
      const { provider, emulator } = caseOf(name)
      const identity = await proveAt(provider)
      assert.equal(identity.subject, '1001')
      assert.equal(identity.issuer, name === 'Twitch' ? `${emulator.origin}/oauth2` : emulator.origin)
      assert.deepEqual(
        [identity.name, identity.email, identity.emailVerified],
        ['Robin', 'robin@example.org', true],
      )
    })

    test('says of an unverified address that it is', async () => {
      const { provider, emulator } = caseOf(name)
      const before = emulator.person
      emulator.person = { ...before, emailVerified: false }
      const identity = await proveAt(provider)
      emulator.person = before
      assert.deepEqual([identity.email, identity.emailVerified], ['robin@example.org', false])
    })

    test('tells a person who refuses from a code that was used before', async () => {
      const { provider, emulator } = caseOf(name)
      emulator.denies = true
      await assert.rejects(proveAt(provider), { kind: 'denied' })
      emulator.denies = false
      const secrets = newSecrets()
      const answer = await walkTo(provider, secrets)
      await provider.redeem(answer, secrets)
      await assert.rejects(provider.redeem(answer, secrets), { kind: 'expired' })
    })

    test('refuses an answer to another flow', async () => {
      const { provider } = caseOf(name)
      const answer = await walkTo(provider, newSecrets())
      await assert.rejects(provider.redeem(answer, newSecrets()), { kind: 'mixed_up' })
    })

    test('refuses a code that another flow got, put into this one', async () => {
      const { provider, pkce } = caseOf(name)
      const [own, stolen] = [newSecrets(), newSecrets()]
      const answer = await walkTo(provider, own)
      const code = (await walkTo(provider, stolen)).searchParams.get('code') ?? ''
      answer.searchParams.set('code', code)
      await assert.rejects(provider.redeem(answer, own), { kind: pkce ? 'expired' : 'mixed_up' })
    })

    test('says that the secret is wrong', async () => {
      await assert.rejects(proveAt(caseOf(name).stranger), { kind: 'misconfigured' })
    })

    test('is asked with state always, and S256 wherever it knows PKCE', async () => {
      const { provider, pkce } = caseOf(name)
      const secrets = newSecrets()
      const { searchParams } = await provider.authorizationUrl(secrets)
      assert.equal(searchParams.get('state'), secrets.state)
      assert.equal(searchParams.get('redirect_uri'), secrets.redirectUri)
      assert.equal(searchParams.get('code_challenge_method'), pkce ? 'S256' : null)
      const hasIdToken = name === 'Google' || name === 'Twitch'
      assert.equal(searchParams.get('nonce'), hasIdToken ? secrets.nonce : null)
      assert.ok(!searchParams.get('code_challenge')?.includes(secrets.verifier))
    })
  })

test('Google is the same issuer where its id_token leaves the scheme out', async () => {
  google.issuerForm = 'legacy'
  const identity = await proveAt(caseOf('Google').provider)
  google.issuerForm = 'modern'
  assert.deepEqual([identity.issuer, identity.subject], [google.origin, '1001'])
  assert.equal(identity.emailVerified, true)
})

test('Google and Discord name themselves in the answer, and another name is refused', async () => {
  for (const name of ['Google', 'Discord']) {
    const { provider } = caseOf(name)
    for (const issuer of ['https://evil.example', undefined]) {
      const secrets = newSecrets()
      const answer = await walkTo(provider, secrets)
      if (issuer) answer.searchParams.set('iss', issuer)
      else answer.searchParams.delete('iss')
      await assert.rejects(provider.redeem(answer, secrets), { kind: 'mixed_up' }, `${name} ${issuer}`)
    }
  }
})

test('GitHub’s primary address counts, whichever comes first', async () => {
  github.emails = [
    { email: 'old@example.org', primary: false, verified: true },
    { email: 'new@example.org', primary: true, verified: false },
  ]
  const identity = await proveAt(caseOf('GitHub').provider)
  github.emails = undefined
  assert.deepEqual([identity.email, identity.emailVerified], ['new@example.org', false])
})

test('GitHub’s person is the number, whatever the name', async () => {
  const before = github.person
  github.person = { ...before, name: 'Taken-Over', subject: '2002' }
  const other = await proveAt(caseOf('GitHub').provider)
  github.person = before
  assert.equal(other.subject, '2002')
})

test('an id_token that another key signed is refused, of Google and of any issuer', async () => {
  const any = createOidcProvider({
    slug: 'any',
    name: 'Any',
    issuer: google.origin,
    client: clientOf(google),
  })
  assert.equal((await proveAt(any)).subject, '1001')
  google.forger = await createSigningKey()
  for (const provider of [caseOf('Google').provider, any])
    await assert.rejects(proveAt(provider), { kind: 'mixed_up' }, provider.name)
  google.forger = undefined
})

test('an id_token for another client is refused, of Google and of any issuer', async () => {
  const any = createOidcProvider({
    slug: 'any',
    name: 'Any',
    issuer: google.origin,
    client: clientOf(google),
  })
  google.audience = 'another-client'
  for (const provider of [caseOf('Google').provider, any])
    await assert.rejects(proveAt(provider), { kind: 'mixed_up' }, provider.name)
  google.audience = undefined
})

test('a provider whose metadata names another issuer is refused before anybody is sent there', async () => {
  // The same server, by another of its names.
  const issuer = google.origin.replace('127.0.0.1', 'localhost')
  const any = createOidcProvider({ slug: 'any', name: 'Any', issuer, client: clientOf(google) })
  await assert.rejects(any.authorizationUrl(newSecrets()), { kind: 'mixed_up' })
})

test('a provider that does not answer is away', async () => {
  const emulator = await startGoogle()
  const provider = createGoogle({ id: emulator.clientId, secret: emulator.clientSecret }, emulator.origin)
  await emulator[Symbol.asyncDispose]()
  await assert.rejects(provider.authorizationUrl(newSecrets()), { kind: 'away' })
})
