import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { replyText, say, untilAlive, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { hubAway } from '../testing/house/visit.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse({ models: ['counting', 'poet'] })

const untilShown = (page: Page, state: string) => page.locator(`#connection[data-state=${state}]`).waitFor()

test('a hub that stands still in mid-reply is not called here, and goes on where it was', () =>
  stage.visit(async ({ page }) => {
    await stage.pauseReplies(60)
    await untilAlive(page)
    let others = 0
    page.on('websocket', () => {
      others += 1
    })
    await say(page, 'tokens=90 rate=30')
    await untilReplyHolds(page, 't10')
    stage.house.hub.signal('SIGSTOP')
    try {
      await untilShown(page, 'returning')
      assert.equal(others, 0, 'it is shown before the connection is given up')
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

test('a model that is chosen while the hub is away stays chosen, also after a reload', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await say(page, 'tokens=3')
    await untilSettled(page)
    await page.locator('#model').click()
    await page.getByRole('menuitemradio', { name: /poet/ }).waitFor()
    await stage.house.killHub()
    await page.getByRole('menuitemradio', { name: /poet/ }).click()
    await stage.house.restartHub()
    await untilShown(page, 'here')
    await waitUntil('the server knows the choice', async () => {
      const shown = await page.request.get(page.url())
      return /id="model-id"[^>]*value="poet/.test(await shown.text())
    })
    assert.match((await page.locator('.model-name').textContent()) ?? '', /poet/)
  }, hubAway))

test('a page whose hub was gone when it asked for the rest of its code asks again', () =>
  stage.visit(async ({ context, openTab }) => {
    let refused = 0
    // The preloaded copy of the first try, and the first two imports.
    await context.route(/\/assets\/chat\/enhance/, (route) => {
      refused += 1
      return refused <= 3 ? route.abort('connectionrefused') : route.continue()
    })
    const page = await openTab('/')
    await say(page, 'tokens=2')
    await untilSettled(page)
    await untilAlive(page)
    assert.ok(refused > 1, 'it was asked for again')
  }, hubAway))

test('a page that never gets the rest of its code offers to be loaded anew', () =>
  stage.visit(async ({ context, openTab }) => {
    await context.route(/\/assets\/chat\/enhance/, (route) => route.abort('connectionrefused'))
    const page = await openTab('/')
    await untilShown(page, 'here')
    const offer = page.getByRole('link', { name: 'Reload' })
    assert.equal(await offer.isVisible(), false, 'not while it may still come')
    await page.locator('.version-pill').evaluate((pill) => {
      for (const animation of pill.getAnimations()) animation.finish()
    })
    await context.unroute(/\/assets\/chat\/enhance/)
    await offer.click()
    await untilAlive(page)
    assert.equal(await offer.isVisible(), false)
  }, hubAway))
