import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { say, untilAlive, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'

const stage = useHouse()

/** Has the hub asked as by a page of an older version, once `isNew` says so. Until then it fails. */
const whileOlder = (context: BrowserContext, isNew: () => boolean) =>
  context.route('**/fragments/version?*', async (route) => {
    const url = new URL(route.request().url())
    url.searchParams.set('shown', '0.0.1')
    await (isNew() ? route.continue({ url: url.href }) : route.fulfill({ status: 503, body: 'Not now' }))
  })

test('on a phone a new version is told in the top bar within two minutes, also after a bad answer, and in each conversation', () =>
  stage.visit(
    async ({ context, openTab }) => {
      let isNew = false
      await whileOlder(context, () => isNew)
      const page = await openTab('/')
      await page.clock.install()
      await page.reload()
      await untilAlive(page)
      const pill = page.getByRole('link', { name: 'New version. Reload' })
      const failed = page.waitForResponse((response) => response.status() === 503)
      await page.clock.fastForward('02:00')
      await failed
      isNew = true
      assert.equal(await pill.count(), 0)
      await page.clock.fastForward('02:00')
      await say(page, 'tokens=2')
      await untilSettled(page)
      const box = await pill.boundingBox()
      assert.ok(box && box.width >= 44 && box.height === 44, JSON.stringify(box))
      // What stands behind the pill still has its place.
      const last = await page.getByRole('button', { name: 'More', exact: true }).boundingBox()
      assert.ok(last && last.x + last.width <= 320, JSON.stringify(last))
      await page.getByRole('button', { name: 'Show the list' }).click()
      await page.locator('#new-conversation').click()
      await page.locator('#welcome').waitFor()
      await pill.click()
      await page.locator('.version-new').waitFor({ state: 'detached' })
    },
    {
      viewport: { width: 320, height: 568 },
      hasTouch: true,
      isMobile: true,
      expected: [/503/, /htmx:error/],
    },
  ))
