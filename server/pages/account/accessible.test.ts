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

for (const { colorScheme, ...viewport } of looks)
  test(`axe finds nothing on the admins’ pages, and all fits (${viewport.width} px, ${colorScheme})`, async () => {
    const { page, context } = await home.browse(await home.hubs[0].signIn('owner'))
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const path of ['/admin', '/admin/invitations', '/admin/rules', '/admin/log']) {
      await page.goto(path)
      await assertFit(page, path)
    }
    await context.close()
  })

for (const colorScheme of ['light', 'dark'] as const)
  test(`what stands in an empty field is read as easily as other words (${colorScheme})`, async () => {
    const { page, context } = await home.browse(await home.hubs[0].signIn('owner'))
    await page.emulateMedia({ colorScheme })
    for (const path of ['/admin', '/admin/invitations', '/account', '/sign-in?again=1']) {
      await page.goto(path)
      const fields = page.locator('.input[placeholder]')
      assert.ok((await fields.count()) > 0, path)
      for (const contrast of await fields.evaluateAll(contrastsOfPlaceholders))
        assert.ok(contrast >= 4.5, `${contrast} at ${path}`)
    }
    await context.close()
  })

/** By WCAG 2.2, of each field's placeholder with its ground. Runs in the page. */
function contrastsOfPlaceholders(fields: Element[]): number[] {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  const luminance = (colour: string, ground: string) => {
    if (context === null) return Number.NaN
    for (const fill of [ground, colour]) {
      context.fillStyle = fill
      context.fillRect(0, 0, 1, 1)
    }
    const [red = 0, green = 0, blue = 0] = [...context.getImageData(0, 0, 1, 1).data].map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  return fields.map((field) => {
    const ground = getComputedStyle(field).backgroundColor
    const shown = luminance(getComputedStyle(field, '::placeholder').color, ground)
    const [dark = 0, light = 0] = [shown, luminance(ground, ground)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  })
}
