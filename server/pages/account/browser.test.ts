import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import {
  type AccountHouse,
  type AccountVisitor,
  startAccountHouse,
} from '../../../testing/accounts/account-house.ts'
import { holdClock } from '../../../testing/hub/hold-clock.ts'
import type { TestHub } from '../../../testing/hub/start-hub.ts'
import { waitUntil } from '../../../testing/servers/wait-until.ts'
import { accountChangeBounds, accountChangeCounter } from '../../accounts/limits/account-changes.ts'

let home: AccountHouse

before(async () => {
  home = await startAccountHouse()
})
after(() => home?.[Symbol.asyncDispose]())

const arrive = async (kind: Parameters<TestHub['signIn']>[0], path: string): Promise<AccountVisitor> => {
  const visitor = await home.browse(await home.hubs[0].signIn(kind))
  await visitor.page.goto(path)
  return visitor
}

async function makeKey(page: Page): Promise<string> {
  const keys = page.locator('#keys')
  await keys.getByLabel('Name').fill('Robot')
  await keys.getByRole('button', { name: 'Make a key' }).click()
  return (await keys.locator('#new-key').textContent()) ?? assert.fail('There is no key')
}

/** What was copied, as pasting shows it: reading the clipboard would want a permission. */
async function pasted(page: Page): Promise<string> {
  await page.evaluate(() => document.body.append(document.createElement('textarea')))
  const field = page.locator('textarea').last()
  await field.focus()
  await page.keyboard.press('Control+V')
  return field.inputValue()
}

test('a new key is copied by its button, and the page says so', async () => {
  const { page, context } = await arrive('member', '/account')
  const key = await makeKey(page)
  await page.getByRole('button', { name: 'Copy the key' }).click()
  await page.getByRole('status').getByText('Copied.').waitFor()
  assert.equal(await pasted(page), key)
  await context.close()
})

test('a new key is in view and has the focus, however far down the form is', async () => {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ]) {
    const { page, context } = await arrive('member', '/account')
    await page.setViewportSize(viewport)
    await makeKey(page)
    await page.locator('.account-once:focus').waitFor()
    await waitUntil('the key is in view', async () => {
      const { y = -1, height = 0 } = (await page.locator('#new-key').boundingBox()) ?? {}
      return y >= 0 && y + height <= viewport.height
    })
    await context.close()
  }
})

test('a browser that lets no page copy has the key selected for the person', async () => {
  const { page, context } = await arrive('member', '/account')
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))
    document.execCommand = () => false
  })
  const key = await makeKey(page)
  await page.getByRole('button', { name: 'Copy the key' }).click()
  await page.getByRole('status').getByText('It is selected').waitFor()
  assert.equal(await page.evaluate(() => getSelection()?.toString()), key)
  await context.close()
})

test('recovery codes are copied all at once, and saved as a text file', async () => {
  const { page, context } = await arrive('member', '/account')
  const recovery = page.locator('#recovery')
  await recovery.getByRole('button', { name: 'Make ten codes' }).click()
  const codes = await recovery.locator('#new-codes code').allTextContents()
  await recovery.getByRole('button', { name: 'Copy all codes' }).click()
  await recovery.getByText('Copied.').waitFor()
  assert.equal(await pasted(page), codes.join('\n'))
  const saving = page.waitForEvent('download')
  await recovery.getByRole('button', { name: 'Save as a file' }).click()
  const file = await saving
  assert.equal(file.suggestedFilename(), 'companions-recovery-codes.txt')
  await recovery.getByText('Saved.').waitFor()
  const [head, empty, ...saved] = (await readFile(await file.path(), 'utf8')).trimEnd().split('\n')
  assert.match(head ?? '', /^Recovery codes, each good once, for localhost:\d+, \d{4}-\d\d-\d\d$/)
  assert.equal(empty, '')
  assert.deepEqual(saved, codes)
  await context.close()
})

test('the links of invitations are copied one by one and together, on a page that needs no script', async () => {
  const { page, context } = await arrive('owner', '/admin/invitations')
  assert.equal(await page.locator('script[type=module]').count(), 0)
  await page.getByLabel('How many links').fill('2')
  await page.getByRole('button', { name: 'Make a link' }).click()
  const links = await page.locator('.desk-secret').allTextContents()
  assert.equal(links.length, 2)
  await page.getByRole('button', { name: 'Copy link 2' }).click()
  await page.getByText('Copied.').waitFor()
  assert.equal(await pasted(page), links[1])
  await page.getByRole('button', { name: 'Copy all links' }).click()
  await page.getByText('Copied.').nth(1).waitFor()
  await page.locator('textarea').last().fill('')
  assert.equal(await pasted(page), links.join('\n'))
  await context.close()
})

test('a word about what was done goes after its time, though the pointer rests on it, but not from under the keyboard', async () => {
  const visitor = await home.browse(await home.hubs[0].signIn('member'))
  const { page, context } = visitor
  await page.clock.install()
  await page.goto('/account')
  // Sent by the browser itself the form would lead to a page with that card, and no word.
  await page.locator('body[data-whole]').waitFor()
  const save = async () => {
    await page.locator('#profile').getByRole('button', { name: 'Save' }).click()
    const card = page.locator('.toast-card').filter({ hasText: 'Saved.' })
    await card.hover()
    return card
  }
  // Its time begins where the page has taken it up, which may be a moment after it is seen.
  const untilGone = (card: Locator) =>
    waitUntil('it is gone', async () => {
      await page.clock.fastForward(10_000)
      return (await card.count()) === 0
    })
  await untilGone(await save())
  const held = await save()
  await held.getByRole('button', { name: 'Dismiss' }).focus()
  await page.clock.fastForward(60_000)
  assert.equal(await held.count(), 1)
  await page.locator('#profile').getByLabel('Name').focus()
  await untilGone(held)
  await context.close()
})

test('who changed their account too often reads so beside the card, which stays as it was', async (t) => {
  holdClock(t)
  const [hub] = home.hubs
  const mika = await hub.signIn('member')
  const [{ windowMs, most }] = accountChangeBounds
  await hub.store.limits.add(accountChangeCounter(mika.user.id, windowMs, Date.now()), most)
  const { page, context } = await home.browse(mika)
  await page.goto('/account')
  await page.locator('body[data-whole]').waitFor()
  await page.locator('#profile').getByLabel('Name').fill('Ada')
  await page.locator('#profile').getByRole('button', { name: 'Save' }).click()
  await page.locator('.toast-card').filter({ hasText: 'That is a lot of changes' }).waitFor()
  assert.equal(await page.locator('#profile').getByLabel('Name').inputValue(), 'Ada')
  await context.close()
})

test('all of a guest’s name and mark at the foot of the list leads to what a guest is', async () => {
  const { page, context } = await arrive('guest', '/')
  const foot = page.locator('.person-guest')
  await foot.click({ position: { x: 12, y: 12 } })
  await page.getByRole('heading', { name: 'You are a guest here' }).waitFor()
  assert.equal(new URL(page.url()).pathname, '/account')
  await context.close()
})

test('what an account wants first is its one filled button: a passkey, and then codes for its loss', async () => {
  const { page, context } = await arrive('owner', '/account')
  const filled = page.locator('.account-cards .btn-primary')
  assert.deepEqual(await filled.allTextContents(), ['Add a passkey'])
  await filled.click()
  await page.waitForURL('**/account?changed=1#passkeys')
  assert.deepEqual(await filled.allTextContents(), ['Make ten codes'])
  await context.close()
})

test('from the pages of the admins a link leads back to the chat', async () => {
  const { page, context } = await arrive('owner', '/admin')
  assert.equal(await page.title(), 'People · People and rules · Companions')
  await page.getByRole('link', { name: 'Back to the chat' }).click()
  await page.locator('#composer-text').waitFor()
  assert.equal(new URL(page.url()).pathname, '/')
  await context.close()
})
