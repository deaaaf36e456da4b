import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { say, untilAlive, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

const table = `| ${'A wide column | '.repeat(8)}\n| ${'--- | '.repeat(8)}\n| ${' | '.repeat(8)}\n| ${' | '.repeat(8)}\n`
const code = `\`\`\`js\n${'const a = 1; '.repeat(30)}\n\n\n\`\`\`\n`
const formula = `$$\n${'a + '.repeat(60)}b\n$$\n`
const stage = useHouse({ answer: () => ({ text: `${table}\n${code}\n${formula}`, ratePerSecond: 0 }) })

/** The edges of a block that are darker than its middle, at its foot, where no words stand. */
async function darkEdges(page: Page, block: Locator): Promise<string[]> {
  const box = await block.boundingBox()
  assert.ok(box)
  const clip = { x: box.x + 1, y: box.y + box.height - 16, width: box.width - 2, height: 1 }
  const picture = (await page.screenshot({ clip })).toString('base64')
  // The page's own policy lets no picture be read.
  const blank = await stage.browser.newPage()
  const [left = 0, middle = 0, right = 0] = await blank.evaluate(brightnessAt, picture)
  await blank.close()
  return [...(left < middle - 5 ? ['left'] : []), ...(right < middle - 5 ? ['right'] : [])]
}

/** Runs in a page: red, green and blue together, at the left, in the middle and at the right. */
async function brightnessAt(encoded: string): Promise<number[]> {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0))
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const drawn = new OffscreenCanvas(bitmap.width, 1).getContext('2d')
  if (drawn === null) throw new Error('There is nothing to draw on')
  drawn.drawImage(bitmap, 0, 0)
  return [1, Math.round(bitmap.width / 2), bitmap.width - 2].map((x) => {
    const [red = 0, green = 0, blue = 0] = drawn.getImageData(x, 0, 1, 1).data
    return red + green + blue
  })
}

for (const colorScheme of ['light', 'dark'] as const)
  test(`what is wider than a phone has a shadow at the edge behind which there is more (${colorScheme})`, () =>
    stage.visit(
      async ({ page }) => {
        await untilAlive(page)
        await say(page, 'Something wide')
        await untilSettled(page)
        for (const selector of ['.table-scroll', '.code-block pre', '.formula']) {
          const block = page.locator(`.reply ${selector}`)
          await block.scrollIntoViewIfNeeded()
          const before = await darkEdges(page, block)
          assert.deepEqual(before, ['right'], `${selector} goes on at the right`)
          await block.evaluate((one) => one.scrollTo(one.scrollWidth, 0))
          assert.deepEqual(await darkEdges(page, block), ['left'], `${selector} is at its end`)
        }
      },
      { viewport: { width: 390, height: 844 }, colorScheme, reducedMotion: 'reduce' },
    ))

test('a wide table and a wide formula have a name, and the arrow keys scroll them', () =>
  stage.visit(
    async ({ page }) => {
      await untilAlive(page)
      await say(page, 'Something wide')
      await untilSettled(page)
      for (const name of ['Table', 'Formula']) {
        const block = page.getByRole('region', { name })
        await block.focus()
        await page.keyboard.press('ArrowRight')
        await waitUntil(`${name} has moved`, () => block.evaluate((one) => one.scrollLeft > 0))
      }
    },
    { viewport: { width: 390, height: 844 } },
  ))
