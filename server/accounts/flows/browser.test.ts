import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type Balancer, startBalancer } from '../../../testing/hub/balancer.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { TestHub } from '../../../testing/hub/start-hub.ts'
import { type OidcIssuer, startOidcIssuer } from '../../../testing/providers/oidc-issuer.ts'
import { authentikAt } from '../../../testing/providers/sign-in-house.ts'
import { launchChromium } from '../../../testing/servers/chromium.ts'

let issuer: OidcIssuer
let balancer: Balancer
let house: TestHouse
let second: TestHub
let chromium: Browser

before(async () => {
  ;[issuer, balancer, chromium] = await Promise.all([startOidcIssuer(), startBalancer(), launchChromium()])
  const config = {
    publicUrl: balancer.origin,
    signUp: 'open',
    attemptsPerMinute: 100_000,
    issuers: [authentikAt(issuer)],
  } as const
  house = await startTestHouse({ config })
  second = await house.addHub({ config, databaseUrl: house.hub.databaseUrl })
  balancer.choose(house.hub.port)
  issuer.admit({ publicOrigin: balancer.origin, slug: 'authentik' })
  // Before the issuer answers the browser can't be on its way back, so no request of its breaks off.
  issuer.onArrival = () => balancer.choose(second.port)
})
after(async () => {
  await chromium?.close()
  await house?.[Symbol.asyncDispose]()
  await balancer?.[Symbol.asyncDispose]()
  await issuer?.[Symbol.asyncDispose]()
})

/** A browser of its own, signed in; on the way back another hub answers. */
async function signIn(): Promise<Page> {
  const context = await chromium.newContext()
  const page = await context.newPage()
  balancer.choose(house.hub.port)
  await page.goto(`${balancer.origin}/`)
  await page.getByRole('link', { name: 'Continue with Authentik' }).click()
  // Its address is the one it began at, so only what stands there tells that it is back.
  await page
    .locator('body[data-user-name="Ada"]')
    .waitFor()
    .catch((cause: unknown) => {
      throw new Error(`The way ended at ${page.url()}`, { cause })
    })
  return page
}

const isSignedIn = async (page: Page) => {
  await page.goto(`${balancer.origin}/`)
  return (await page.getByRole('link', { name: 'Continue with Authentik' }).count()) === 0
}

test('Chromium signs in at a real provider, begun on one hub and ended on another', async () => {
  const page = await signIn()
  assert.match(await page.content(), /data-user-name="Ada"/)
  assert.doesNotMatch(page.url(), /code=|state=/)
  const names = (await page.context().cookies(balancer.origin)).map(({ name }) => name)
  assert.ok(
    names.some((name) => name.startsWith('companions_session')),
    names.join(),
  )
  await page.context().close()
})

test('Chromium signs out here, then at the provider, and comes back to the sign-in page', async () => {
  const page = await signIn()
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Yes' }).click()
  await page.waitForURL(`${balancer.origin}/sign-in`)
  assert.equal(await isSignedIn(page), false)
  await page.context().close()
})

test('Chromium signs out at the provider, and is signed out here', async () => {
  const page = await signIn()
  const told = issuer.logouts.length
  await page.goto(`${issuer.issuer}/session/end`)
  await page.getByRole('button', { name: 'Yes' }).click()
  await page.waitForURL(/session\/end\/success/)
  assert.deepEqual(issuer.logouts.slice(told), ['ok'])
  assert.equal(await isSignedIn(page), false)
  await page.context().close()
})

test('Chromium is told kindly when the person refuses', async () => {
  const context = await chromium.newContext()
  const page = await context.newPage()
  issuer.denies = true
  await page.goto(`${balancer.origin}/sign-in/authentik`)
  issuer.denies = false
  await page.waitForURL(/\/sign-in\?/)
  assert.match((await page.getByRole('alert').textContent()) ?? '', /You did not let Authentik/)
  await context.close()
})

test('Chromium links an account by a button, which our own policy lets lead to the provider', async () => {
  const context = await chromium.newContext({ baseURL: balancer.origin })
  const page = await context.newPage()
  const [name = '', value = ''] = (await house.hub.signIn('owner')).cookie.split('=')
  await context.addCookies([{ name, value, url: balancer.origin }])
  issuer.person = { ...issuer.person, subject: 'mika' }
  await page.goto('/account')
  await page.getByRole('button', { name: 'Link Authentik' }).click()
  await page.getByRole('button', { name: 'Unlink Authentik' }).waitFor()
  await context.close()
})
