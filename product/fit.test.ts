import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { sampler } from '../testing/house/sampler.ts'
import { say, untilAlive, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'

const wide = `| ${'A wide column | '.repeat(8)}\n| ${'--- | '.repeat(8)}\n| ${'words | '.repeat(8)}\n`
const long = `\n\n${'very'.repeat(60)}long and https://example.org/${'path/'.repeat(40)}\n\n\`\`\`js\n${'const a = 1; '.repeat(30)}\n\`\`\`\n`
const stage = useHouse({ answer: () => ({ text: sampler + wide + long, ratePerSecond: 0 }) })

/** What reaches past the right edge of the window and cannot be scrolled to inside its own box. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = []
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} px wide in ${clientWidth}`)
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
  'a phone': { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  'a window of 1280 px at 200 %': { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  'a window of 1280 px at 400 %': { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 },
  'a wide window': { viewport: { width: 1920, height: 1080 } },
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
