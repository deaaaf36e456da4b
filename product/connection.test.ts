import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { replyText, say, untilAlive, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse()

const untilShown = (page: Page, state: string) => page.locator(`#connection[data-state=${state}]`).waitFor()

test('a hub that stands still in mid-reply is not called here, and goes on where it was', () =>
  stage.visit(async ({ page }) => {
    await stage.pauseReplies(60)
    await say(page, 'tokens=90 rate=30')
    await untilReplyHolds(page, 't10')
    stage.house.hub.signal('SIGSTOP')
    try {
      await untilShown(page, 'returning')
      await page.getByText('The answer goes on when the connection is back').waitFor()
    } finally {
      stage.house.hub.signal('SIGCONT')
    }
    await stage.goOn()
    await untilShown(page, 'here')
    await untilSettled(page)
    assert.equal(await replyText(page), countedTo(90).trim())
  }))

test('a browser without a network is not called offline where its hub still answers', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'onLine', { get: () => false })
      dispatchEvent(new Event('offline'))
    })
    await say(page, 'tokens=30 rate=30')
    await untilSettled(page)
    await untilShown(page, 'here')
  }))
