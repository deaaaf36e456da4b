import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { listen } from '../testing/house/listen.ts'
import {
  lastReply,
  replyText,
  say,
  untilAlive,
  untilReplyHolds,
  untilSettled,
} from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { countedTo } from '../testing/workers/counting.ts'

const code = 'const kettle = { on: true }\n\nboil(kettle)\n'
const stage = useHouse({
  models: [{ name: 'thinker', canThink: true }],
  answer: (prompt) => {
    if (prompt.includes('code')) return { text: `Here:\n\n\`\`\`js\n${code}\`\`\`\n`, ratePerSecond: 0 }
    if (prompt.includes('recipe'))
      return { text: 'مرحبا `boil();`\n\n```js\nboil(kettle);\n```\n\nمرحبا', ratePerSecond: 0 }
    return prompt.includes('greetings')
      ? { text: 'Two of them:\n\nمرحبا بك\n\nHello', ratePerSecond: 0 }
      : undefined
  },
})

const summary = (page: Page) => lastReply(page).locator('.thoughts summary')
const thoughts = (page: Page) => lastReply(page).locator('.thoughts-text')
const called = (page: Page, label: string) => summary(page).getByText(label, { exact: true }).waitFor()

/** 30 thoughts, then 20 words. The reply waits in its middle until the test lets it go on. */
async function askThinker(page: Page, pauseAfter: number): Promise<void> {
  await stage.pauseReplies(pauseAfter)
  await say(page, 'thoughts=30 tokens=20 rate=100')
}

test('what a model thinks is folded beside the words of its answer, and when the answer is there', () =>
  stage.visit(async ({ page }) => {
    await askThinker(page, 40)
    await untilReplyHolds(page, 't5')
    await called(page, 'Thoughts')
    assert.equal(await thoughts(page).isVisible(), false)
    await stage.goOn()
    await untilSettled(page)
    assert.equal(await thoughts(page).isVisible(), false)
    assert.equal(await replyText(page), countedTo(20).trim())
    await summary(page).click()
    await thoughts(page).getByText('h0 h1').waitFor()
  }))

test('who unfolds what a model thinks reads it grow, and finds it unfolded when the answer is there', () =>
  stage.visit(async ({ page }) => {
    await askThinker(page, 20)
    await called(page, 'Thinking')
    assert.equal(await thoughts(page).isVisible(), false)
    assert.equal(await replyText(page), '')
    await summary(page).click()
    await thoughts(page).getByText('h15').waitFor()
    await stage.goOn()
    await thoughts(page).getByText('h29').waitFor()
    await untilSettled(page)
    await called(page, 'Thoughts')
    assert.equal(await thoughts(page).isVisible(), true)
    assert.match((await thoughts(page).textContent()) ?? '', /^ h0 h1 .* h29$/)
    assert.equal(await replyText(page), countedTo(20).trim())
  }))

test('who copies code gets it as it was written, reads that it is copied, and is told so', () =>
  stage.visit(
    async ({ page }) => {
      await untilAlive(page)
      await say(page, 'Some code, please')
      await untilSettled(page)
      const announced = await listen(page)
      await lastReply(page).getByRole('button', { name: 'Copy', exact: true }).click()
      await lastReply(page).getByRole('button', { name: 'Copied', exact: true }).waitFor()
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code)
      await waitUntil('it is told', async () => (await announced()).includes('Copied'))
      await lastReply(page).getByRole('button', { name: 'Copy', exact: true }).waitFor()
    },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  ))

/** Whether the words of each block stand at its left or its right. */
const sidesOf = (blocks: Locator): Promise<string[]> =>
  blocks.evaluateAll((elements) =>
    elements.map((element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      const [words, block] = [range.getBoundingClientRect(), element.getBoundingClientRect()]
      return words.left - block.left < block.right - words.right ? 'left' : 'right'
    }),
  )

test('a paragraph that is read from the right stands there, in an answer that began from the left', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'Two greetings, please')
    await untilSettled(page)
    assert.deepEqual(await sidesOf(lastReply(page).locator('.reply-body p')), ['left', 'right', 'left'])
  }))

test('code in an answer that is read from the right is written from the left', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'A recipe, please')
    await untilSettled(page)
    const body = lastReply(page).locator('.reply-body')
    assert.deepEqual(await sidesOf(body.locator('p')), ['right', 'right'])
    assert.deepEqual(await sidesOf(body.locator('pre')), ['left'])
    const directions = body
      .locator('code')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).direction))
    assert.deepEqual(await directions, ['ltr', 'ltr'])
  }))
