import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { type AccountHouse, startAccountHouse } from '../../../testing/accounts/account-house.ts'

let home: AccountHouse

before(async () => {
  home = await startAccountHouse({
    ...{ googleClientId: 'a', googleClientSecret: 'b', discordClientId: 'a', discordClientSecret: 'b' },
    ...{ githubClientId: 'a', githubClientSecret: 'b', twitchClientId: 'a', twitchClientSecret: 'b' },
  })
})
after(() => home?.[Symbol.asyncDispose]())

async function assertFit(page: Page, where: string): Promise<void> {
  // Colours are judged as they stand, not on their way.
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => one))))
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  assert.deepEqual(
    violations.flatMap(({ id, nodes }) => nodes.map((node) => `${where}: ${id} at ${node.target}`)),
    [],
  )
  const surplus = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('.scroller')].map(
      (box) => box.scrollWidth - box.clientWidth,
    ),
  )
  assert.ok(Math.max(...surplus) <= 0, `${where} is wider than its window by ${surplus.join(', ')} px`)
}

const looks = [
  { width: 1280, height: 900, colorScheme: 'light' },
  { width: 320, height: 640, colorScheme: 'dark' },
] as const

for (const { colorScheme, ...viewport } of looks)
  test(`axe finds nothing on the ways in and the account, and all fits (${viewport.width} px, ${colorScheme})`, async () => {
    const { page, context } = await home.browse()
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.goto('/sign-in?problem=recovery_code')
    for (const words of ['Lost your device?', 'Is this house yours?']) await page.getByText(words).click()
    await assertFit(page, 'sign-in')
    await page.goto(await home.invite())
    await assertFit(page, 'invitation')
    await page.getByLabel('Your name').fill('Ada')
    await page.getByRole('button', { name: 'Move in with a passkey' }).click()
    await page.waitForURL('**/account?welcome=1')
    await page.locator('#recovery').getByRole('button', { name: 'Make ten codes' }).click()
    await page.locator('#recovery code').first().waitFor()
    await page.goto('/account')
    await page.locator('#keys').getByLabel('Name').fill('Kitchen display')
    await page.locator('#keys').getByRole('button', { name: 'Make a key' }).click()
    await page.locator('.account-key').waitFor()
    await assertFit(page, 'account')
    await context.close()
  })
