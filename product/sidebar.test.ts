import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { say, untilAlive, untilReplyHolds, untilSettled, untilTitled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

const stage = useHouse({ title: 'Numbers in a row' })

const titles = (page: Page) => page.locator('#conversations .row-title').allTextContents()
const row = (page: Page, title: string) => page.locator('#conversations .row', { hasText: title })

async function begin(page: Page, message: string): Promise<void> {
  await say(page, message)
  await untilSettled(page)
  await untilTitled(page, 'Numbers in a row')
}

async function choose(page: Page, title: string, item: string): Promise<void> {
  await row(page, title).hover()
  await row(page, title)
    .getByRole('button', { name: `More for ${title}` })
    .click()
  await row(page, title).getByRole('menuitem', { name: item }).click()
}

test('a conversation is renamed in its place, and keeps its name', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await begin(page, 'tokens=2')
    assert.match((await page.locator('.list-heading').first().textContent()) ?? '', /Today/)
    await choose(page, 'Numbers in a row', 'Rename')
    await page.locator('.rename-text').waitFor()
    await waitUntil('the title is selected', () =>
      page.evaluate(() => getSelection()?.toString() === 'Numbers in a row'),
    )
    await page.keyboard.type('Counting <b>slowly</b>')
    await page.keyboard.press('Enter')
    await untilTitled(page, 'Counting <b>slowly</b>')
    await choose(page, 'Counting <b>slowly</b>', 'Rename')
    await page.locator('.rename-text').fill('Thrown away')
    await page.keyboard.press('Escape')
    await page.locator('.rename-text').waitFor({ state: 'detached' })
    await page.reload()
    assert.deepEqual(await titles(page), ['Counting <b>slowly</b>'])
    assert.match(await page.title(), /Counting <b>slowly<\/b>/)
  }))

test('a conversation that was deleted comes back with Undo', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await begin(page, 'tokens=2')
    await choose(page, 'Numbers in a row', 'Delete')
    await waitUntil('the list is empty', async () => (await titles(page)).length === 0)
    await page.locator('.toast-card').getByRole('button', { name: 'Undo' }).click()
    await untilTitled(page, 'Numbers in a row')
    await row(page, 'Numbers in a row').locator('.row-link').click()
    await page.locator('.said-text', { hasText: 'tokens=2' }).waitFor()
    await choose(page, 'Numbers in a row', 'Delete')
    await waitUntil('the list is empty', async () => (await titles(page)).length === 0)
    await page.reload().catch(() => undefined)
    assert.deepEqual(await titles(page), [])
  }))

test('Undo leads back into the conversation one was in, from below the conversation', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await begin(page, 'tokens=2')
    const address = page.url()
    await choose(page, 'Numbers in a row', 'Delete')
    await page.locator('#welcome').waitFor()
    const card = page.locator('.toast-card')
    const [toast, field] = [await card.boundingBox(), await page.locator('#composer').boundingBox()]
    const middle = (box: typeof toast) => (box ? box.x + box.width / 2 : Number.NaN)
    assert.ok(Math.abs(middle(toast) - middle(field)) <= 1, JSON.stringify({ toast, field }))
    await card.getByRole('button', { name: 'Undo' }).click()
    await page.locator('.said-text', { hasText: 'tokens=2' }).waitFor()
    assert.equal(page.url(), address)
    await page.locator('.row-link[aria-current=page]', { hasText: 'Numbers in a row' }).waitFor()
    await say(page, 'tokens=3')
    await untilSettled(page, 2)
  }))

test('the window is called as the conversation is, from its first words to the title that the model gives', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    assert.equal(await page.title(), 'Companions')
    await say(page, 'delay=2000 tokens=2')
    const called = (title: string) =>
      waitUntil(`the window is called "${title}"`, async () => (await page.title()) === title)
    await called('delay=2000 tokens=2 · Companions')
    await called('Numbers in a row · Companions')
    await page.locator('#new-conversation').click()
    await called('Companions')
    await page.goBack()
    await called('Numbers in a row · Companions')
  }))

test('search finds words of titles and of messages, and shows where', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await begin(page, 'A story of a Fährmann, please: tokens=2')
    await page.locator('#new-conversation').click()
    await page.locator('#welcome').waitFor()
    await say(page, 'Something else: tokens=3')
    await untilSettled(page)
    await waitUntil('both are in the list', async () => (await titles(page)).length === 2)
    await page.locator('#search').fill('fahrmann')
    await page.getByText('1 conversation', { exact: true }).waitFor()
    assert.match((await page.locator('.row-snippet').textContent()) ?? '', /Fährmann/)
    await page.locator('#search').fill('numbers row')
    await page.getByText('2 conversations', { exact: true }).waitFor()
    await page.locator('#search').fill('nowhere')
    await page.locator('.list-empty').waitFor()
    await page.locator('#search').fill('')
    await waitUntil('all are shown again', async () => (await titles(page)).length === 2)
  }))

test('a refresh of the list that is late does not undo a search', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await begin(page, 'tokens=2')
    const isRefresh = (url: URL) =>
      url.pathname === '/fragments/conversations' && url.searchParams.get('q') === ''
    await page.route(isRefresh, () => new Promise<void>(() => undefined))
    const asked = page.waitForRequest((request) => isRefresh(new URL(request.url())))
    await page.evaluate(() => document.body.dispatchEvent(new CustomEvent('companions:refresh')))
    const late = await asked
    const givenUp = page.waitForEvent('requestfailed', (request) => request === late)
    await page.locator('#search').fill('nowhere')
    await page.locator('.list-empty').waitFor()
    await givenUp
  }))

test('the list shows which conversation is being answered, also from another one', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await stage.pauseReplies(30)
    await say(page, 'tokens=60 rate=30')
    await untilReplyHolds(page, 't2')
    await page.locator('#conversations .pulse').waitFor()
    await page.locator('#new-conversation').click()
    await page.locator('#welcome').waitFor()
    assert.equal(await page.locator('.turn').count(), 0)
    await page.locator('#conversations .pulse').waitFor()
    await stage.goOn()
    await page.locator('#conversations .pulse').waitFor({ state: 'detached' })
    await page.goBack()
    await untilSettled(page)
  }))
