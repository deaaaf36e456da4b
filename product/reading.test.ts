import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listen } from '../testing/house/listen.ts'
import { lastReply, say, untilAlive, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { untilStill } from '../testing/house/watch-layout.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

const paragraphs = Array.from({ length: 60 }, (_, index) => `Paragraph ${index} of a long answer.`)
/** Takes more room as the formula that it becomes than as the source that is shown before. */
const formula = '$$\n\\frac{\\frac{a}{b}}{\\frac{c}{d}}\n$$'
const stage = useHouse({
  answer: (prompt) =>
    prompt.includes('long story')
      ? { text: [formula, ...paragraphs, formula].join('\n\n'), ratePerSecond: 150 }
      : undefined,
})

test('a screen reader is told once that an answer begins, however long the model is silent, and once that it is there', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    const announced = await listen(page)
    await say(page, 'delay=5000 tokens=3')
    await untilSettled(page)
    await waitUntil('the end is told', async () => (await announced()).includes('The answer is complete'))
    assert.deepEqual(await announced(), ['Aoi is answering', 'The answer is complete'])
  }))

test('words are shown as the model says them, which is far oftener than its log is written', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await page.evaluate(() => {
      const lengths = new Set<number>()
      Object.assign(window, { lengths })
      const note = () => lengths.add(document.querySelector('.reply-body')?.textContent?.length ?? 0)
      new MutationObserver(note).observe(document.body, {
        ...{ childList: true, subtree: true, characterData: true },
      })
    })
    await say(page, 'tokens=60 rate=30')
    await untilSettled(page)
    const steps = await page.evaluate(() => (window as { lengths?: Set<number> }).lengths?.size ?? 0)
    // In two seconds a log takes seven entries or so; a busy machine paints less than once for each of 60 tokens.
    assert.ok(steps > 20, `${steps} steps`)
  }))

test('a screen reader is told that an answer was stopped', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    const announced = await listen(page)
    await say(page, 'tokens=endless rate=20')
    await untilReplyHolds(page, 't12')
    await page.locator('#composer-send[data-mode=stop]').click()
    await untilSettled(page)
    await waitUntil('the end is told', async () => (await announced()).length === 2)
    assert.deepEqual(await announced(), ['Aoi is answering', 'The answer was stopped'])
  }))

test('the words one reads stay in their place when the answer they are in ends above a waiting message', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await stage.pauseReplies(300)
    await say(page, 'A long story, please')
    await untilReplyHolds(page, 'Paragraph 30')
    await say(page, 'tokens=endless rate=20')
    await page.locator('#scroller').hover()
    await page.mouse.wheel(0, -1_200)
    await page.locator('#to-end').waitFor()
    const first = page.locator('.turn.reply').first()
    const words = first.getByText('Paragraph 12 of a long answer.')
    await words.evaluate((node) => node.scrollIntoView({ block: 'center' }))
    await untilStill(page)
    const before = await words.boundingBox()
    await stage.goOn()
    await first.locator('.meta-time').waitFor()
    const after = await words.boundingBox()
    assert.ok(Math.abs((after?.y ?? 0) - (before?.y ?? 1_000)) <= 1, JSON.stringify({ before, after }))
    await untilReplyHolds(page, 't2')
    await page.locator('#composer-send[data-mode=stop]').click()
    await untilSettled(page, 2)
  }))

test('who steps to another answer while one is written sees no part of that one, and finds it growing on return', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=3')
    await untilSettled(page)
    await untilAlive(page)
    await lastReply(page).locator('[data-action=regenerate]').click()
    await page.getByText('2 of 2').waitFor()
    await untilSettled(page)
    await say(page, 'tokens=endless rate=20')
    await untilReplyHolds(page, 't3')
    await page.getByRole('button', { name: 'Earlier answer' }).click()
    await page.getByText('1 of 2').waitFor()
    await untilSettled(page)
    assert.equal(await page.locator('.turn.said').count(), 1)
    await page.locator('#composer-send[data-mode=send]').waitFor()
    await page.getByRole('button', { name: 'Later answer' }).click()
    await page.getByText('2 of 2').waitFor()
    const grown = (await lastReply(page).locator('.reply-body').textContent()) ?? ''
    await waitUntil('it grows', async () => {
      const text = (await lastReply(page).locator('.reply-body').textContent()) ?? ''
      return text.startsWith('t0 t1 t2') && text.length > grown.length
    })
    await page.locator('#composer-send[data-mode=stop]').click()
    await untilSettled(page, 2)
  }))

test('who brings earlier messages in above reads on where they were', () =>
  stage.visit(async ({ page }) => {
    for (let count = 1; count <= 31; count += 1) await say(page, `Question ${count}: tokens=9 rate=0`)
    await untilSettled(page, 31)
    await page.reload()
    await untilAlive(page)
    const turns = page.locator('.turn')
    assert.equal(await turns.count(), 60)
    await page.locator('#scroller').evaluate((scroller) => scroller.scrollTo(0, 0))
    await page.locator('#to-end').waitFor()
    await untilStill(page)
    const thread = page.locator('#thread')
    const words = thread.getByText('Question 2: ')
    const before = await words.boundingBox()
    await page.getByRole('button', { name: 'Show earlier messages' }).click()
    await thread.getByText('Question 1: ').waitFor()
    await untilStill(page)
    const after = await words.boundingBox()
    assert.ok(Math.abs((after?.y ?? 0) - (before?.y ?? 1_000)) <= 1, JSON.stringify({ before, after }))
    assert.equal(await turns.count(), 62)
    assert.equal(await page.locator('#earlier').count(), 0)
  }))
