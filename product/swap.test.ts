import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampler } from '../testing/house/sampler.ts'
import { say, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { framesAroundSwap, untilStill, watchLayout } from '../testing/house/watch-layout.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

const stage = useHouse({ answer: () => ({ text: sampler, ratePerSecond: 250 }) })

/** Subpixel differences are no jump. */
const withinPx = 1

test('nothing moves for a reader at the end when the server’s rendering takes the place of the preview', () =>
  stage.visit(async ({ page }) => {
    await watchLayout(page)
    await say(page, 'A tour, please')
    await untilSettled(page)
    const { before, after } = await waitUntil('both renderings were painted', () => framesAroundSwap(page))
    assert.ok(before.scrollTop > 0, 'there is something to scroll')
    const moved = { top: after.replyTop - before.replyTop, bottom: after.bodyBottom - before.bodyBottom }
    assert.ok(
      Math.abs(moved.top) <= withinPx && Math.abs(moved.bottom) <= withinPx,
      JSON.stringify({ before, after }),
    )
  }))

test('nothing moves for a reader who has scrolled up, and the end is not followed', () =>
  stage.visit(async ({ page }) => {
    await watchLayout(page)
    await stage.pauseReplies(250)
    await say(page, 'A tour, please')
    await untilReplyHolds(page, 'Paragraph 3')
    await page.locator('#scroller').hover()
    await page.mouse.wheel(0, -400)
    await page.locator('#to-end').waitFor()
    await untilStill(page)
    await stage.goOn()
    await untilSettled(page)
    const { before, after } = await waitUntil('both renderings were painted', () => framesAroundSwap(page))
    assert.ok(Math.abs(after.replyTop - before.replyTop) <= withinPx, JSON.stringify({ before, after }))
    assert.ok(Math.abs(after.scrollTop - before.scrollTop) <= withinPx, JSON.stringify({ before, after }))
    await page.locator('#to-end').click()
    await page.locator('#to-end').waitFor({ state: 'hidden' })
  }))
