import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { sampler } from '../testing/house/sampler.ts'
import { lastReply, say, untilAlive, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'

const stage = useHouse({
  answer: (prompt) => (prompt.includes('tour') ? { text: sampler, ratePerSecond: 0 } : undefined),
})

async function assertAccessible(page: Page, where: string): Promise<void> {
  // Colours are judged as they stand, not on their way.
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => one))))
  // The page has no frames, which the other mode opens further pages for.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  assert.deepEqual(
    violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${where}: ${id} at ${node.target} (${node.failureSummary})`),
    ),
    [],
  )
}

const looks = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
] as const

for (const { colorScheme, ...viewport } of looks) {
  const look = `${viewport.width} px wide, ${colorScheme}`

  test(`axe finds nothing on an empty page, in a conversation and on an error (${look})`, () =>
    stage.visit(
      async ({ page }) => {
        await untilAlive(page)
        await assertAccessible(page, 'empty page')
        await say(page, 'A tour, please')
        await untilSettled(page)
        await assertAccessible(page, 'conversation')
        await say(page, 'tokens=endless rate=20')
        await untilReplyHolds(page, 't3')
        await assertAccessible(page, 'while an answer grows')
        await page.locator('#composer-send').click()
        await untilSettled(page, 2)
        await page.goto('/c/01a1fc8f-1736-7f98-8953-53dbc5ef64b0')
        await assertAccessible(page, 'error page')
      },
      { colorScheme, viewport, reducedMotion: 'reduce', expected: [/404/] },
    ))

  test(`axe finds nothing in menus and dialogs (${look})`, () =>
    stage.visit(
      async ({ page }) => {
        await untilAlive(page)
        await say(page, 'tokens=2')
        await untilSettled(page)
        await page.locator('#model').click()
        await page.locator('#model-menu').waitFor()
        await assertAccessible(page, 'model menu')
        await page.keyboard.press('Escape')
        await page.getByRole('button', { name: 'More', exact: true }).click()
        await page.locator('#more-menu').waitFor()
        await assertAccessible(page, 'more menu')
        await page.getByRole('menuitem', { name: /Keyboard/ }).click()
        await page.locator('#help[open]').waitFor()
        await assertAccessible(page, 'keyboard help')
        await page.keyboard.press('Escape')
        await page.getByRole('button', { name: 'Settings of this conversation' }).click()
        await page.locator('#settings #system-prompt').waitFor()
        await assertAccessible(page, 'settings')
        await page.keyboard.press('Escape')
        await lastReply(page).hover()
        await page.keyboard.press('Control+K')
        await page.locator('.row-more').click()
        await page.locator('.row-menu').waitFor()
        await assertAccessible(page, 'menu of a row')
        await page.getByRole('menuitem', { name: 'Rename' }).click()
        await page.locator('.rename-text').waitFor()
        await assertAccessible(page, 'rename')
      },
      { colorScheme, viewport, reducedMotion: 'reduce' },
    ))
}
