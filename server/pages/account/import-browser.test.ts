import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from 'playwright-core'
import { type AccountHouse, startAccountHouse } from '../../../testing/accounts/account-house.ts'
import { exportedConversation, exportFile } from '../../../testing/accounts/export-file.ts'
import { holdClock } from '../../../testing/hub/hold-clock.ts'
import { converse } from '../../../testing/pages/open-house.ts'
import { mib, uploadCounter } from '../../accounts/limits/uploads.ts'

let home: AccountHouse

before(async () => {
  home = await startAccountHouse()
})
after(() => home?.[Symbol.asyncDispose]())

const fileOf = (text: string) => ({
  ...{ name: 'companions.json', mimeType: 'application/json', buffer: Buffer.from(text) },
})

async function bring(page: Page, file: Parameters<ReturnType<Page['locator']>['setInputFiles']>[0]) {
  await page.getByLabel('Exported file').setInputFiles(file)
  await page.getByRole('button', { name: 'Add them' }).click()
  await page.waitForURL('**/account/import')
}

async function assertFit(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  assert.deepEqual(
    violations.map(({ id }) => id),
    [],
  )
  const surplus = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(surplus <= 0, `it is ${surplus} px wider than its window`)
}

test('what one page downloads another person’s page takes, and it is found, opened and read there', async () => {
  const [hub] = home.hubs
  const ada = await hub.signIn('member')
  await converse(hub.store, ada.user, {
    said: 'Bread without kneading?',
    answer: 'Give it **eighteen** hours.',
  })
  const leaving = await home.browse(ada)
  await leaving.page.goto('/account')
  const saving = leaving.page.waitForEvent('download')
  await leaving.page.getByRole('button', { name: 'Download everything' }).click()
  const file = await (await saving).path()

  const { page, context } = await home.browse(await hub.signIn('member'))
  await page.goto('/account')
  await bring(page, file)
  await page.getByRole('status').getByText('1 conversation with 2 messages is in your list now.').waitFor()
  const list = page.locator('#conversations')
  await list.getByRole('link', { name: 'Bread without kneading?' }).waitFor()
  await page.getByRole('searchbox').fill('eighteen')
  await list.locator('mark').getByText('eighteen').waitFor()
  await list.getByRole('link').first().click()
  await page.locator('.reply strong').getByText('eighteen').waitFor()
  await context.close()
  await leaving.context.close()
})

for (const { width, colorScheme } of [
  { width: 1280, colorScheme: 'light' },
  { width: 320, colorScheme: 'dark' },
] as const)
  test(`each answer is on the page, and is where the keyboard is (${width} px, ${colorScheme})`, async () => {
    const { page, context } = await home.browse(await home.hubs[0].signIn('member'))
    await page.setViewportSize({ width, height: 700 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.goto('/account')
    await bring(page, fileOf('{"format":"another"}'))
    const field = page.getByLabel('Exported file')
    const topOf = async (words: Locator) => (await words.boundingBox())?.y
    const refused = page.getByRole('alert').filter({ hasText: 'not an export of a house like this one' })
    await refused.waitFor()
    const place = await topOf(refused)
    assert.ok(await field.evaluate((one) => one === document.activeElement))
    await assertFit(page)
    await bring(page, fileOf('x'.repeat(17 * mib)))
    await page.getByRole('alert').getByText('The file has more than 16 MiB.').waitFor()
    await bring(page, fileOf(exportFile([exportedConversation({ title: 'Sourdough' })])))
    const said = page.getByRole('status').getByText('1 conversation with 2 messages')
    assert.ok(await said.evaluate((one) => one === document.activeElement))
    assert.equal(await topOf(said), place, 'an answer is where the one before was')
    await assertFit(page)
    await page.keyboard.press('Shift+Tab')
    const button = page.getByRole('button', { name: 'Add them' })
    assert.ok(await button.evaluate((one) => one === document.activeElement))
    await context.close()
  })

test('a browser that runs no script brings conversations, and reads when it may go on', async (t) => {
  holdClock(t)
  const [hub] = home.hubs
  const mika = await hub.signIn('member')
  const [name = '', value = ''] = mika.cookie.split('=')
  const { page: other, context: first } = await home.browse()
  const context = await first
    .browser()
    ?.newContext({ baseURL: home.balancer.origin, javaScriptEnabled: false })
  assert.ok(context)
  await context.addCookies([{ name, value, url: home.balancer.origin }])
  const page = await context.newPage()
  await page.goto('/account')
  await bring(page, fileOf(exportFile([exportedConversation({ title: 'Sourdough' })])))
  await page.locator('#conversations').getByText('Sourdough').waitFor()
  await hub.store.limits.add(uploadCounter(mika.user.id, Date.now()), 64 * mib)
  await bring(page, fileOf(exportFile([exportedConversation()])))
  await page
    .getByRole('alert')
    .getByText('64 MiB of uploads a day is reached, and there is room again')
    .waitFor()
  await context.close()
  await other.context().close()
})
