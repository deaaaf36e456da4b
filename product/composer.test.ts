import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { say, untilAlive, untilSettled, untilTitled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

const stage = useHouse({ hubEnvironment: { MAX_MESSAGE_LENGTH: '200' }, title: 'The first one' })

const field = (page: Page) => page.locator('#composer-text')

const untilWritten = (page: Page, text: string) =>
  waitUntil(`the composer holds "${text}"`, async () => (await field(page).inputValue()) === text)

test('what was typed and not sent waits in its own conversation, a new one too, also over a reload', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await field(page).fill('for a new one')
    await page.reload()
    await untilWritten(page, 'for a new one')
    await untilAlive(page)
    await say(page, 'tokens=2')
    await untilSettled(page)
    await untilTitled(page, 'The first one')
    // The conversation was a new one when the page came, and the draft of a new one was sent.
    await field(page).fill('for the first one')
    await page.locator('#new-conversation').click()
    await page.locator('#welcome').waitFor()
    await untilWritten(page, '')
    await field(page).fill('for another new one')
    await page.locator('.row-link', { hasText: 'The first one' }).click()
    await untilWritten(page, 'for the first one')
    await page.reload()
    await untilWritten(page, 'for the first one')
    await untilAlive(page)
    await page.locator('#new-conversation').click()
    await untilWritten(page, 'for another new one')
  }))

test('an opener is said as it stands there, and the composer is where one goes on', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await page.locator('#search').focus()
    const opener = page.locator('.opener').nth(1)
    const words = await opener.textContent()
    await opener.click()
    await untilSettled(page)
    assert.deepEqual(await page.locator('.said-text').allTextContents(), [words])
    assert.equal(await page.locator('#welcome').count(), 0)
    await page.keyboard.type('and on')
    await untilWritten(page, 'and on')
  }))

test('near the limit the length is shown, and past it a message is not sent, says why, and stays to be shortened', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    const count = page.locator('#composer-count')
    const note = page.locator('#composer-note')
    await field(page).fill('x'.repeat(179))
    assert.equal(await count.isVisible(), false)
    await field(page).press('x')
    await count.getByText('180 of 200').waitFor()
    assert.equal(await field(page).getAttribute('aria-invalid'), 'false')
    await say(page, 'x'.repeat(201))
    await note.getByText('This is too long to send: 201 characters where 200 fit.').waitFor()
    await count.getByText('201 of 200').waitFor()
    assert.equal(await field(page).getAttribute('aria-invalid'), 'true')
    assert.equal(await field(page).inputValue(), 'x'.repeat(201))
    assert.equal(await page.locator('.turn').count(), 0)
    await field(page).press('Backspace')
    await note.waitFor({ state: 'hidden' })
    await field(page).press('Enter')
    await untilSettled(page)
    assert.equal(await page.locator('.said-text').textContent(), 'x'.repeat(200))
    await count.waitFor({ state: 'hidden' })
  }))
