import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  type AccountHouse,
  type AccountVisitor,
  startAccountHouse,
} from '../../../testing/accounts/account-house.ts'
import { waitUntil } from '../../../testing/servers/wait-until.ts'

let home: AccountHouse

before(async () => {
  home = await startAccountHouse()
})
after(() => home?.[Symbol.asyncDispose]())

async function moveIn(visitor: AccountVisitor, name: string): Promise<void> {
  await visitor.page.goto(await home.invite())
  await visitor.page.getByLabel('Your name').fill(name)
  await visitor.page.getByRole('button', { name: 'Move in with a passkey' }).click()
  await visitor.page.waitForURL('**/account?welcome=1')
}

async function signOut(page: Page): Promise<void> {
  await page.goto('/account')
  await page.locator('#sessions').getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.waitForURL((url) => url.pathname === '/')
}

async function signInByPasskey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue with a passkey' }).click()
}

const problem = (page: Page, hasText: string) => page.locator('[data-passkey-problem]').filter({ hasText })

const nameOn = (page: Page) => page.locator('body').getAttribute('data-user-name')

test('somebody moves in by invitation with a passkey, and comes back with it, on another hub', async () => {
  const visitor = await home.browse()
  const { page } = visitor
  await moveIn(visitor, 'Ada')
  assert.equal(await nameOn(page), 'Ada')
  await page.getByText('Welcome, Ada.').waitFor()
  await signOut(page)
  await page.goto('/sign-in')
  // The challenge is made by one hub, and the answer goes to the other.
  await page.route('**/sign-in/passkey', async (route) => {
    home.balancer.choose(home.hubs[1].port)
    await route.continue()
  })
  await signInByPasskey(page)
  await page.waitForURL((url) => url.pathname === '/')
  assert.equal(await nameOn(page), 'Ada')
  home.balancer.choose(home.hubs[0].port)
  await page.goto('/account')
  await page.locator('#sessions').getByText('with a passkey').waitFor()
  await visitor.context.close()
})

test('an invitation lets one person in, and a second finds it gone', async () => {
  const [first, second] = [await home.browse(), await home.browse()]
  const invitation = await home.invite()
  await second.page.goto(invitation)
  await first.page.goto(invitation)
  await first.page.getByLabel('Your name').fill('First')
  await first.page.getByRole('button', { name: 'Move in with a passkey' }).click()
  await first.page.waitForURL('**/account?welcome=1')
  await second.page.getByLabel('Your name').fill('Second')
  await second.page.getByRole('button', { name: 'Move in with a passkey' }).click()
  await second.page.getByText('This invitation was used').waitFor()
  const late = await second.page.goto(invitation)
  assert.equal(late?.status(), 404)
  await Promise.all([first.context.close(), second.context.close()])
})

test('a browser that asks for less than the house wants is refused by the house', async () => {
  const visitor = await home.browse()
  const { page, device } = visitor
  await moveIn(visitor, 'Bent')
  await signOut(page)
  const { session, id: authenticatorId } = device
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.route('**/sign-in/passkey/options', async (route) => {
    const answer = await route.fetch()
    const { options } = await answer.json()
    await route.fulfill({ json: { options: { ...options, userVerification: 'discouraged' } } })
  })
  await page.goto('/sign-in')
  await signInByPasskey(page)
  await problem(page, 'This passkey is not known here').waitFor()
  await visitor.context.close()
})

test('a device that nobody unlocked is no way in', async () => {
  const visitor = await home.browse()
  const { page, device } = visitor
  await moveIn(visitor, 'Locked')
  await signOut(page)
  const { session, id: authenticatorId } = device
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.goto('/sign-in')
  await signInByPasskey(page)
  await problem(page, 'Nothing was done').waitFor()
  assert.equal(new URL(page.url()).pathname, '/sign-in')
  await visitor.context.close()
})

test('an answer to a challenge counts once, and in the browser that was asked alone', async () => {
  const visitor = await home.browse()
  const { page, context } = visitor
  await moveIn(visitor, 'Replayed')
  await signOut(page)
  await page.goto('/sign-in')
  const held: string[] = []
  await page.route('**/sign-in/passkey', async (route) => {
    held.push(route.request().postData() ?? '')
    await route.abort()
  })
  await signInByPasskey(page)
  await problem(page, 'That did not work').waitFor()
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const data = held[0] ?? assert.fail('There was no answer')
  const stranger = await home.browse()
  const elsewhere = await stranger.context.request.post('/sign-in/passkey', { data, headers })
  assert.equal(elsewhere.status(), 401)
  const first = await context.request.post('/sign-in/passkey', { data, headers })
  assert.equal(first.status(), 200)
  const again = await context.request.post('/sign-in/passkey', { data, headers })
  assert.equal(again.status(), 401)
  const added = await context.request.post('/account/passkeys', { data, headers })
  assert.equal(added.status(), 400)
  await Promise.all([context.close(), stranger.context.close()])
})

test('a passkey that was taken away opens nothing, and the last one stays', async () => {
  const visitor = await home.browse()
  const { page, device } = visitor
  await moveIn(visitor, 'Two keys')
  const passkeys = page.locator('#passkeys')
  assert.equal(await passkeys.getByRole('button', { name: /Remove/ }).count(), 0)
  const { session, id: authenticatorId } = device
  const first = await session.send('WebAuthn.getCredentials', { authenticatorId })
  // Another device: the first one would say that it has a passkey for this person already.
  await session.send('WebAuthn.clearCredentials', { authenticatorId })
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click()
  await passkeys.getByText('Chrome on Linux 2', { exact: true }).waitFor()
  await passkeys.getByRole('button', { name: 'Remove Chrome on Linux', exact: true }).click()
  await passkeys.getByText('Chrome on Linux', { exact: true }).waitFor({ state: 'detached' })
  assert.equal(await passkeys.getByRole('button', { name: /Remove/ }).count(), 0)
  await signOut(page)
  await session.send('WebAuthn.clearCredentials', { authenticatorId })
  for (const credential of first.credentials)
    await session.send('WebAuthn.addCredential', { authenticatorId, credential })
  await page.goto('/sign-in')
  await signInByPasskey(page)
  await problem(page, 'This passkey is not known here').waitFor()
  await visitor.context.close()
})

test('a passkey is renamed in its place, by keyboard alone', async () => {
  const visitor = await home.browse()
  const { page } = visitor
  await moveIn(visitor, 'Namer')
  const passkeys = page.locator('#passkeys')
  await waitUntil('HTMX and Alpine are here', () => page.evaluate(() => '_x_dataStack' in document.body))
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
  const rename = passkeys.getByRole('link', { name: 'Rename Chrome on Linux' })
  await rename.press('Enter')
  await passkeys.getByLabel('Name of this passkey').waitFor()
  await page.keyboard.press('Escape')
  await rename.waitFor()
  await waitUntil('the link has the focus', async () => (await focused()) === 'Rename Chrome on Linux')
  await page.keyboard.press('Enter')
  await passkeys.getByLabel('Name of this passkey').waitFor()
  await page.keyboard.type('<Kitchen> tablet')
  await page.keyboard.press('Enter')
  await passkeys.getByText('<Kitchen> tablet', { exact: true }).waitFor()
  await waitUntil('the link has the focus', async () => (await focused()) === 'Rename <Kitchen> tablet')
  await page.reload()
  await passkeys.getByText('<Kitchen> tablet', { exact: true }).waitFor()
  await visitor.context.close()
})

test('a copy of a passkey, whose counter does not rise, is refused', async () => {
  const visitor = await home.browse()
  const { page, device } = visitor
  await moveIn(visitor, 'Copied')
  const { session, id: authenticatorId } = device
  const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId })
  await signOut(page)
  await page.goto('/sign-in')
  await signInByPasskey(page)
  await page.waitForURL((url) => url.pathname === '/')
  await signOut(page)
  await session.send('WebAuthn.clearCredentials', { authenticatorId })
  for (const credential of credentials)
    await session.send('WebAuthn.addCredential', { authenticatorId, credential })
  await page.goto('/sign-in')
  await signInByPasskey(page)
  await problem(page, 'This passkey is not known here').waitFor()
  await visitor.context.close()
})

test('recovery codes are shown once, and each lets its person in once', async () => {
  const visitor = await home.browse()
  const { page } = visitor
  await moveIn(visitor, 'Forgetful')
  const recovery = page.locator('#recovery')
  await recovery.getByRole('button', { name: 'Make ten codes' }).click()
  await recovery.getByText('They are shown this once').waitFor()
  const codes = await recovery.locator('code').allTextContents()
  assert.equal(new Set(codes).size, 10)
  await page.goto('/account')
  assert.doesNotMatch(await page.content(), new RegExp(codes[0] ?? 'none'))
  for (const isFirst of [true, false]) {
    await signOut(page)
    await page.goto('/sign-in')
    await page.getByText('Lost your device?').click()
    await page.getByLabel('Recovery code').fill((codes[0] ?? '').toLowerCase().replaceAll('-', ' '))
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    if (!isFirst) break
    await page.waitForURL('**/account?recovered=1')
    await page.getByText('9 left').waitFor()
    await page.getByText('9 of 10 are left').waitFor()
    await page.locator('#sessions').getByText('with a recovery code').waitFor()
  }
  await page.getByRole('alert').filter({ hasText: 'That code is not known' }).waitFor()
  await page.getByLabel('Recovery code').waitFor()
  await visitor.context.close()
})

test('recovery codes that nobody kept are not lost to a new passkey, and no toast lies over them', async () => {
  const visitor = await home.browse()
  const { page, device } = visitor
  await moveIn(visitor, 'Hasty')
  await device.session.send('WebAuthn.clearCredentials', { authenticatorId: device.id })
  await waitUntil('HTMX is here', () => page.evaluate(() => '_x_dataStack' in document.body))
  const codes = page.locator('#new-codes code')
  const add = page.locator('#passkeys').getByRole('button', { name: 'Add a passkey' })
  const makeCodes = async () => {
    page.once('dialog', (dialog) => dialog.accept())
    await page
      .locator('#recovery')
      .getByRole('button', { name: /^Make (ten|new) codes$/ })
      .click()
    await page.locator('#recovery .account-once:focus').waitFor()
    assert.equal(await page.locator('.toast-card').count(), 0)
  }
  await makeCodes()
  await add.click()
  await problem(page, 'Copy or save it first').waitFor()
  assert.equal(await codes.count(), 10)
  assert.match(page.url(), /welcome=1/)
  await page.getByRole('button', { name: 'Copy all codes' }).click()
  await page.getByText('Copied.').waitFor()
  await add.click()
  await page.waitForURL('**/account?changed=1**')
  assert.equal(await codes.count(), 0)
  await visitor.context.close()
})

test('somebody else’s passkey confirms nobody, and leaves the session as it was', async () => {
  const [ida, ole] = [await home.browse(), await home.browse()]
  await moveIn(ida, 'Ida')
  await moveIn(ole, 'Ole')
  const [of, to] = [ole.device, ida.device]
  const { credentials } = await of.session.send('WebAuthn.getCredentials', { authenticatorId: of.id })
  await to.session.send('WebAuthn.clearCredentials', { authenticatorId: to.id })
  for (const credential of credentials)
    await to.session.send('WebAuthn.addCredential', { authenticatorId: to.id, credential })
  const { page, context } = ida
  await page.goto('/sign-in?again=1&return_to=/account')
  const values = async () => (await context.cookies()).map(({ name, value }) => [name, value])
  const before = await values()
  await signInByPasskey(page)
  await problem(page, 'This passkey belongs to somebody else than the one who is signed in here').waitFor()
  assert.deepEqual(await values(), before)
  const { items } = await home.hubs[0].store.audit.list({ limit: 1 })
  assert.deepEqual(
    [items[0]?.act, items[0]?.facts],
    ['sign-in-refused', { by: 'passkey', reason: 'somebody_else' }],
  )
  assert.ok(items[0]?.actorId && items[0].subjectId && items[0].actorId !== items[0].subjectId)
  await page.goto('/account')
  assert.equal(await nameOn(page), 'Ida')
  await Promise.all([context.close(), ole.context.close()])
})
