import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  lastReply,
  replyText,
  say,
  untilAlive,
  untilReplyHolds,
  untilSettled,
  untilTitled,
} from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { hubAway } from '../testing/house/visit.ts'
import { countedTo } from '../testing/workers/counting.ts'

/** Everybody is away by the time they open the next page. */
const stage = useHouse({
  hubEnvironment: { GREET_AFTER: '1ms' },
  answer: (prompt) => (prompt.includes('just come in') ? { tokens: 90, ratePerSecond: 30 } : undefined),
  title: 'Counting together',
})

const greeting = countedTo(90).trim()
const titles = (page: Page) => page.locator('.row-title').allInnerTexts()

/** Says something, and opens the house again. The greeting waits in its middle until the test lets it go on. */
async function comeBack(page: Page, openTab: (path: string) => Promise<Page>): Promise<Page> {
  await say(page, 'tokens=2')
  await untilSettled(page)
  await untilTitled(page, 'Counting together')
  await stage.pauseReplies(60)
  const opened = await openTab('/')
  assert.match(opened.url(), /\/c\/[0-9a-f-]{36}$/)
  await untilReplyHolds(opened, 't10')
  return opened
}

test('a person who comes back reads a greeting grow, whose worker is killed, and answers it', () =>
  stage.visit(async ({ page: before, openTab }) => {
    const page = await comeBack(before, openTab)
    await untilTitled(before, 'Welcome back')
    await stage.house.addWorker()
    await stage.house.killWorker()
    await stage.goOn()
    await untilSettled(page)
    assert.equal(await replyText(page), greeting)
    assert.equal(await page.locator('.turn.said').count(), 0)
    assert.equal(await lastReply(page).getByRole('button', { name: 'Copy the answer' }).count(), 1)
    assert.equal(await lastReply(page).getByRole('button', { name: 'Answer again' }).count(), 0)
    await say(page, 'Here I am: tokens=3')
    await untilSettled(page, 2)
    assert.equal(await replyText(page), countedTo(3).trim())
    await page.locator('.row-title', { hasText: 'Welcome back' }).waitFor({ state: 'detached' })
    assert.deepEqual(await titles(page), ['Counting together', 'Counting together'])
  }))

test('a person whose hub is killed in mid-greeting reads it to its end', () =>
  stage.visit(async ({ page: before, openTab }) => {
    const page = await comeBack(before, openTab)
    await before.close()
    await stage.house.killHub()
    await stage.house.restartHub()
    await stage.goOn()
    await untilSettled(page)
    assert.equal(await replyText(page), greeting)
  }, hubAway))

test('a person stops a greeting, and begins something new all the same', () =>
  stage.visit(async ({ page: before, openTab }) => {
    const page = await comeBack(before, openTab)
    await untilAlive(page)
    await page.locator('#composer-send[data-mode=stop]').click()
    await page.locator('.turn.reply[data-state=cancelled]').waitFor()
    await stage.goOn()
    await page.locator('#new-conversation').click()
    await page.locator('#welcome').waitFor()
    await say(page, 'Something else: tokens=4')
    await untilSettled(page)
    assert.equal(await replyText(page), countedTo(4).trim())
  }))

test('a person who does not answer yet is led to the same greeting in the next tab, and hears no other', () =>
  stage.visit(async ({ page: before, openTab }) => {
    const first = await comeBack(before, openTab)
    await stage.goOn()
    const second = await openTab('/')
    assert.equal(second.url(), first.url())
    await untilReplyHolds(second, 't1')
    assert.deepEqual(
      (await titles(second)).filter((title) => title === 'Welcome back'),
      ['Welcome back'],
    )
  }))
