import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pino } from 'pino'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import { startDiscord } from '../../../testing/providers/discord.ts'
import type { Emulator } from '../../../testing/providers/emulator.ts'
import { startGithub } from '../../../testing/providers/github.ts'
import { startGoogle } from '../../../testing/providers/google.ts'
import { publicOrigin, visitorOf } from '../../../testing/providers/sign-in-house.ts'
import { startTwitch } from '../../../testing/providers/twitch.ts'

let house: TestHouse
let emulators: Readonly<Record<'google' | 'discord' | 'github' | 'twitch', Emulator>>

before(async () => {
  const [google, discord, github, twitch] = await Promise.all([
    startGoogle(),
    startDiscord(),
    startGithub(),
    startTwitch(),
  ])
  emulators = { google, discord, github, twitch }
  house = await startTestHouse({
    config: {
      publicUrl: publicOrigin,
      signUp: 'open',
      attemptsPerMinute: 100_000,
      googleClientId: google.clientId,
      googleClientSecret: google.clientSecret,
      discordClientId: discord.clientId,
      discordClientSecret: discord.clientSecret,
      githubClientId: github.clientId,
      githubClientSecret: github.clientSecret,
      twitchClientId: twitch.clientId,
      twitchClientSecret: twitch.clientSecret,
    },
    providers: {
      google: google.origin,
      discord: discord.origin,
      github: { web: github.origin, api: `${github.origin}/api` },
      twitch: `${twitch.origin}/oauth2`,
    },
  })
  for (const [slug, emulator] of Object.entries(emulators))
    emulator.register(`${publicOrigin}/sign-in/${slug}/callback`)
})
after(async () => {
  await house?.[Symbol.asyncDispose]()
  await Promise.all(Object.values(emulators ?? {}).map((one) => one[Symbol.asyncDispose]()))
})

const visit = () => visitorOf(house.hub)

for (const slug of ['google', 'discord', 'github', 'twitch'] as const) {
  test(`a person comes in by ${slug}, and is the same one the next time`, async () => {
    const ids = []
    for (const visitor of [visit(), visit()]) {
      const page = await visitor.follow(`${publicOrigin}/sign-in/${slug}?return_to=/`)
      assert.equal(page.status, 200)
      ids.push(/data-user-id="([^"]+)"/.exec(page.body)?.[1])
    }
    assert.ok(ids[0])
    assert.equal(ids[1], ids[0])
    const user = await house.hub.store.accounts.findUser(ids[0])
    assert.deepEqual([user?.name, user?.email], ['Robin', 'robin@example.org'])
  })

  test(`a redirect URI that ${slug} does not know is shown by ${slug}, and nobody comes in`, async () => {
    const visitor = visit()
    const start = await visitor.ask(`${publicOrigin}/sign-in/${slug}`)
    const asked = new URL(start.headers.location ?? '')
    asked.searchParams.set('redirect_uri', 'https://evil.example/callback')
    const page = await visitor.ask(asked)
    assert.ok(page.status >= 400, String(page.status))
    assert.equal(page.headers.location, undefined)
  })
}

test('the log says which answer a provider gave, and nothing that it said beside its code', async () => {
  const { google } = emulators
  const lines: string[] = []
  const stranger = await house.addHub({
    config: {
      publicUrl: publicOrigin,
      googleClientId: google.clientId,
      googleClientSecret: 'not the one it gave',
    },
    providers: { google: google.origin },
    logger: pino({ level: 'warn' }, { write: (line) => void lines.push(line) }),
  })
  const come = async () => {
    await visitorOf(stranger).follow(`${publicOrigin}/sign-in/google`)
    const told = lines.splice(0).map((line) => JSON.parse(line))
    const said = told.find(({ msg }) => msg === 'A sign-in came to nothing')
    assert.ok(!JSON.stringify(told).includes('Unauthorized'))
    return [said?.kind, said?.answer, said?.status]
  }
  assert.deepEqual(await come(), ['misconfigured', 'invalid_client', 401])
  google.denies = true
  assert.deepEqual(await come(), ['denied', 'access_denied', undefined])
  google.denies = false
})

test('a code is never shown to another provider, even where neither names itself', async () => {
  const visitor = visit()
  const back = await visitor.follow(`${publicOrigin}/sign-in/github`, (url) => url.origin === publicOrigin)
  const elsewhere = new URL(`/sign-in/twitch/callback${back.url.search}`, publicOrigin)
  const asked = emulators.twitch.calls.length
  const refused = await visitor.ask(elsewhere)
  assert.equal(refused.headers.location, '/sign-in?problem=mixed_up&provider=twitch')
  assert.equal(emulators.twitch.calls.length, asked)
})

test('the same number at two providers is two people', async () => {
  const names = await Promise.all(
    (['github', 'discord'] as const).map(async (slug) => {
      const page = await visit().follow(`${publicOrigin}/sign-in/${slug}`)
      return /data-user-id="([^"]+)"/.exec(page.body)?.[1]
    }),
  )
  assert.ok(names[0])
  assert.notEqual(names[0], names[1])
})
