import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { cacheableHouse } from '../testing/browser/cacheable-house.ts'
import { replyText, say, untilAlive, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { visit } from '../testing/house/visit.ts'
import { launchChromium } from '../testing/servers/chromium.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse()

/** Playwright does not see the sockets of a page that rested; the page itself counts those it opens from now on. */
const countSockets = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const counted = Object.assign(globalThis, { sockets: 0 })
    counted.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        counted.sockets += 1
      }
    }
  })

/** The page that one goes away to has no icon. */
const away = { expected: [/404.*favicon/] }

test('a page that rested in the back/forward cache comes back live, with what was said meanwhile, each once', async () => {
  // Playwright switches the cache off.
  await using browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
  await using house = await cacheableHouse(stage.house.url)
  const talk = async ({ page, openTab }: Parameters<Parameters<typeof visit>[2]>[0]) => {
    await untilAlive(page)
    await say(page, 'tokens=2')
    await untilSettled(page)
    await countSockets(page)
    const address = new URL(page.url()).pathname
    await page.goto('/healthz')
    const other = await openTab(address)
    await say(other, 'said elsewhere: tokens=3')
    await untilSettled(other, 2)
    await other.close()
    // A page that comes out of the cache loads nothing, which Playwright's own way back waits for.
    await page.evaluate(() => history.back())
    await page.waitForURL(`**${address}`, { waitUntil: 'commit' })
    await waitUntil('the page is the one that rested', () => page.evaluate(() => 'sockets' in globalThis))
    await page.locator('#connection[data-state=here]').waitFor()
    await untilSettled(page, 2)
    const said = await page.locator('.said-text').allTextContents()
    assert.deepEqual(said, ['tokens=2', 'said elsewhere: tokens=3'])
    await say(page, 'and on: tokens=4')
    await untilSettled(page, 3)
    assert.equal(await replyText(page), countedTo(4).trim())
    assert.equal(await page.locator('.turn').count(), 6)
    assert.equal(await page.evaluate(() => (globalThis as { sockets?: number }).sockets), 1)
  }
  await visit(browser, house.url, talk, away)
})

test('a page that no cache may keep is loaded anew on the way back, with all that was said, each once', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=2')
    await untilSettled(page)
    await page.goto('/healthz')
    await page.goBack()
    await untilAlive(page)
    await say(page, 'tokens=3')
    await untilSettled(page, 2)
    assert.equal(await page.locator('.turn').count(), 4)
  }, away))
