import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { replyText, untilAlive, untilReplyHolds, untilSettled, untilTitled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse({ title: 'By hand' })

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const {
      id = '',
      className = '',
      dataset = {},
      textContent,
    } = (document.activeElement ?? {}) as HTMLElement
    return [id, className, dataset.action, dataset.modelId, textContent?.trim()].join(' ')
  })

async function tabTo(page: Page, what: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let steps = 0; steps < 40; steps += 1) {
    await page.keyboard.press(key)
    if (what.test(await focused(page))) return
  }
  assert.fail(`${what} is not reached by ${key}; focus is on ${await focused(page)}`)
}

test('a whole talk needs no mouse', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await page.keyboard.type('tokens=endless rate=40')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('and a second line')
    await page.keyboard.press('Enter')
    await untilReplyHolds(page, 't5')
    await page.keyboard.press('Escape')
    await untilSettled(page)
    assert.equal(await page.locator('.said-text').textContent(), 'tokens=endless rate=40\nand a second line')
    await page.keyboard.press('ArrowUp')
    await page.locator('.edit-text').waitFor()
    assert.match(await focused(page), /edit-text/)
    await page.keyboard.press('Escape')
    await page.locator('.edit-text').waitFor({ state: 'detached' })
    assert.match(await focused(page), /composer-text/)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('tokens=4')
    await page.keyboard.press('Enter')
    await untilReplyHolds(page, 't3')
    await untilSettled(page)
    assert.equal(await replyText(page), countedTo(4).trim())
    await tabTo(page, /regenerate/, 'Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('group', { name: 'Answers' }).waitFor()
  }))

test('list, menus and dialogs are reached, used and left by keys', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await tabTo(page, /^model /, 'Shift+Tab')
    await page.keyboard.press('?')
    await page.locator('#help[open]').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#help').waitFor({ state: 'hidden' })
    await page.keyboard.press('/')
    await page.keyboard.type('tokens=2')
    await page.keyboard.press('Enter')
    await untilSettled(page)
    await untilTitled(page, 'By hand')
    await page.keyboard.press('Control+K')
    assert.match(await focused(page), /^search /)
    await page.keyboard.press('Tab')
    assert.match(await focused(page), /row-link/)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await waitUntil('the menu has the focus', async () => /Rename/.test(await focused(page)))
    await page.keyboard.press('ArrowDown')
    assert.match(await focused(page), /Delete/)
    await page.keyboard.press('Escape')
    await page.locator('.row-menu').waitFor({ state: 'hidden' })
    assert.match(await focused(page), /row-more/)
    await tabTo(page, /^model /, 'Tab')
    await page.keyboard.press('Enter')
    await waitUntil('the chosen model has the focus', async () => /menu-item/.test(await focused(page)))
    await page.keyboard.press('Escape')
    assert.match(await focused(page), /^model /)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('#settings[open] #system-prompt').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#settings').waitFor({ state: 'hidden' })
    assert.match(await focused(page), /open-settings/)
    await page.keyboard.press('Control+Shift+O')
    await page.locator('#welcome').waitFor()
  }))

test('who opens the page, or begins anew, types at once; on a touch screen no keyboard jumps up', async () => {
  await stage.visit(async ({ page }) => {
    await page.keyboard.type('tokens=2')
    assert.equal(await page.locator('#composer-text').inputValue(), 'tokens=2')
    await page.keyboard.press('Enter')
    await untilSettled(page)
    await untilAlive(page)
    await page.keyboard.press('Control+Shift+O')
    await page.locator('#welcome').waitFor()
    await waitUntil('the composer has the focus', async () => /^composer-text/.test(await focused(page)))
  })
  await stage.visit(
    async ({ page }) => {
      await untilAlive(page)
      assert.doesNotMatch(await focused(page), /composer-text/)
    },
    { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } },
  )
})

test('arrow keys go round a menu of which a touch screen leaves an item out', () =>
  stage.visit(
    async ({ page }) => {
      await untilAlive(page)
      await page.getByRole('button', { name: 'More' }).click()
      await waitUntil('the theme has the focus', async () => /As the system/.test(await focused(page)))
      await page.keyboard.press('ArrowUp')
      assert.match(await focused(page), /Dark/)
      await page.keyboard.press('ArrowDown')
      assert.match(await focused(page), /As the system/)
      await page.keyboard.press('End')
      assert.match(await focused(page), /Dark/)
    },
    { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } },
  ))

test('Escape in the menu of a conversation closes the menu and leaves the drawer open', () =>
  stage.visit(
    async ({ page }) => {
      await untilAlive(page)
      await page.locator('#composer-text').fill('tokens=2')
      await page.locator('#composer-send').click()
      await untilSettled(page)
      await page.getByRole('button', { name: 'Show the list' }).click()
      await page.locator('.row-more').click()
      await page.locator('.row-menu:popover-open').waitFor()
      await page.keyboard.press('Escape')
      await page.locator('.row-menu').waitFor({ state: 'hidden' })
      assert.equal(await page.locator('body').getAttribute('data-drawer'), 'open')
      await page.keyboard.press('Escape')
      await page.locator('body:not([data-drawer])').waitFor()
    },
    { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } },
  ))

test('who goes back below the open drawer finds it open, and what it covers out of reach', () =>
  stage.visit(
    async ({ page }) => {
      await untilAlive(page)
      await page.locator('#composer-text').fill('tokens=2')
      await page.locator('#composer-send').click()
      await untilSettled(page)
      await page.getByRole('button', { name: 'Show the list' }).click()
      await page.locator('#new-conversation').click()
      await page.locator('#welcome').waitFor()
      await page.getByRole('button', { name: 'Show the list' }).click()
      await page.goBack()
      await page.locator('.turn.reply').waitFor({ state: 'attached' })
      await page.locator('body[data-drawer=open] #chat[inert]').waitFor()
    },
    { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } },
  ))

test('the list of keys is offered to nobody who has only a finger', () =>
  stage.visit(
    async ({ page }) => {
      await untilAlive(page)
      await page.getByRole('button', { name: 'More', exact: true }).tap()
      await page.locator('#more-menu').getByText('Dark').waitFor()
      assert.equal(await page.getByRole('menuitem', { name: /Keyboard/ }).count(), 0)
    },
    { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } },
  ))
