import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { feelTargets } from '../testing/house/feel-targets.ts'
import { sampler } from '../testing/house/sampler.ts'
import { lastReply, say, untilAlive, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { hubAway, visit } from '../testing/house/visit.ts'
import { launchChromium } from '../testing/servers/chromium.ts'

const wide = `| ${'A wide column | '.repeat(8)}\n| ${'--- | '.repeat(8)}\n| ${'words | '.repeat(8)}\n`
const long = `\n\n${'very'.repeat(60)}long and https://example.org/${'path/'.repeat(40)}\n\n\`\`\`js\n${'const a = 1; '.repeat(30)}\n\`\`\`\n`
const stage = useHouse({
  models: [{ name: 'thinker', canThink: true, script: { thoughts: 3 } }],
  answer: () => ({ text: sampler + wide + long, ratePerSecond: 0 }),
})
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const

/** What reaches past the right edge of the window and cannot be scrolled to inside its own box; the foot too. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = []
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} px wide in ${clientWidth}`)
    if (scrollHeight > clientHeight) found.push(`the page is ${scrollHeight} px tall in ${clientHeight}`)
    const isClipped = (element: Element): boolean => {
      for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
        const { overflowX, position } = getComputedStyle(box)
        if (overflowX !== 'visible' || position === 'fixed') return true
      }
      return false
    }
    for (const element of document.querySelectorAll('main *, dialog[open] *, .sr-only')) {
      const { right, width, height } = element.getBoundingClientRect()
      if (width > 1 && height > 1 && right > innerWidth + 1 && !isClipped(element))
        found.push(`${element.tagName} ${element.className} ends at ${right}`)
    }
    const scroller = document.querySelector('#scroller')
    if (scroller && scroller.scrollWidth > scroller.clientWidth)
      found.push(`the thread is ${scroller.scrollWidth} px wide in ${scroller.clientWidth}`)
    return found
  })

const windows = {
  'a window of 320 px': { viewport: { width: 320, height: 568 } },
  'a phone': phone,
  'a window of 1280 px at 200 %': { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  'a window of 1280 px at 400 %': { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 },
  'a wide window': { viewport: { width: 1920, height: 1080 } },
  'the widest window': { viewport: { width: 2560, height: 1440 } },
} as const

for (const [name, options] of Object.entries(windows)) {
  test(`everything fits ${name}`, () =>
    stage.visit(async ({ page }) => {
      await untilAlive(page)
      assert.deepEqual(await overflowing(page), [], 'empty page')
      assert.equal(await page.locator('#scroller').evaluate((one) => one.scrollTop), 0, 'begins at its top')
      await say(page, `${'wide'.repeat(60)} words`)
      await untilSettled(page)
      assert.deepEqual(await overflowing(page), [], 'conversation')
      const field = await page.locator('#composer-text').boundingBox()
      const { width, height } = options.viewport
      assert.ok(field && field.x >= 0 && field.x + field.width <= width && field.y + field.height <= height)
      await page.getByRole('button', { name: 'Settings of this conversation' }).click()
      await page.locator('#settings #system-prompt').waitFor()
      assert.deepEqual(await overflowing(page), [], 'settings')
      await page.locator('#settings').getByRole('button', { name: 'Save' }).click()
      await page.locator('#settings').waitFor({ state: 'hidden' })
    }, options))
}

test('everything fits a phone whose letters are twice as large, and can be pressed', async () => {
  await using closing = new AsyncDisposableStack()
  const large = await launchChromium({ args: ['--blink-settings=defaultFontSize=32'] })
  closing.defer(() => large.close())
  await visit(
    large,
    stage.house.url,
    async ({ page }) => {
      await untilAlive(page)
      assert.deepEqual(await overflowing(page), [], 'empty page')
      await say(page, 'words')
      await untilSettled(page)
      assert.deepEqual(await overflowing(page), [], 'conversation')
      await page.locator('#model').click()
      await page.getByRole('menuitemradio', { name: /^thinker/ }).click()
      await page.getByRole('button', { name: 'Settings of this conversation' }).click()
      await page.locator('#settings #system-prompt').waitFor()
      assert.deepEqual(await overflowing(page), [], 'settings')
      const [box, within] = await Promise.all(
        ['.settings-form', '.modal-box'].map((one) => page.locator(`#settings ${one}`).boundingBox()),
      )
      assert.ok(box && within && box.width <= within.width, 'the form is no wider than its dialog')
      await page.locator('#settings').getByRole('button', { name: 'Close' }).first().click()
      await page.keyboard.press('?')
      await page.locator('#help[open]').waitFor()
      const [keys, help] = await Promise.all(
        ['.keys dd', '.modal-box'].map((one) => page.locator(`#help ${one}`).first().boundingBox()),
      )
      assert.ok(keys && help && keys.x + keys.width <= help.x + help.width, 'each key has its words')
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Show the list' }).click()
      await page.getByRole('button', { name: 'Hide the list' }).click()
    },
    phone,
  )
})

/** @param least so many controls are there at least. */
async function assertLarge(page: Page, where: string, least: number, within?: string): Promise<void> {
  const { count, small } = await feelTargets(page, within)
  assert.deepEqual(small, [], where)
  assert.ok(count >= least, `${where}: only ${count} controls were found`)
}

test('what is pressed in a conversation is large enough for a finger', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await assertLarge(page, 'empty page', 7)
    await say(page, 'A tour, please')
    await untilSettled(page)
    await lastReply(page).locator('[data-action=regenerate]').click()
    await page.getByText('2 of 2').waitFor()
    await untilSettled(page)
    await assertLarge(page, 'conversation', 12)
    await page.getByRole('button', { name: 'Edit and send again' }).click()
    await assertLarge(page, 'edit', 14)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Settings of this conversation' }).click()
    await page.locator('#temperature-own').uncheck()
    await assertLarge(page, 'settings', 7)
  }, phone))

test('what is pressed in the list, in menus and on a toast is large enough for a finger', () =>
  stage.visit(
    async ({ page }) => {
      await untilAlive(page)
      await say(page, 'A tour, please')
      await untilSettled(page)
      // With a provider a guest finds the way in.
      await stage.house.restartHub({ GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' })
      await page.reload()
      await untilAlive(page)
      await page.locator('#model').click()
      await page.locator('#model-menu').waitFor()
      await assertLarge(page, 'models', 1)
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'More', exact: true }).click()
      await page.locator('#more-menu').waitFor()
      await assertLarge(page, 'more', 4)
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Show the list' }).click()
      await page.locator('.row-more').click()
      await page.locator('.row-menu').waitFor()
      await assertLarge(page, 'list and its menu', 9)
      await page.getByRole('menuitem', { name: 'Rename' }).click()
      await page.locator('.rename-text').waitFor()
      await assertLarge(page, 'rename', 8)
      await page.keyboard.press('Escape')
      await page.locator('.row-more').click()
      await page.getByRole('menuitem', { name: 'Delete' }).click()
      await page.locator('#toasts').getByRole('button', { name: 'Undo' }).waitFor()
      await assertLarge(page, 'toast', 2, '#toasts')
    },
    {
      ...phone,
      reducedMotion: 'reduce',
      ...hubAway,
    },
  ))
