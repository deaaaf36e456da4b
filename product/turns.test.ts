import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  lastReply,
  replyText,
  say,
  untilAlive,
  untilReplyHolds,
  untilSettled,
} from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse()
const firstWords = (page: Parameters<typeof say>[0]) =>
  page.locator('.turn.reply').first().locator('.reply-body')

test('who stops an answer keeps what was written and is told so', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=endless rate=40')
    await untilReplyHolds(page, 't10')
    await page.locator('#composer-send[data-mode=stop]').click()
    await untilSettled(page)
    assert.equal(await lastReply(page).getAttribute('data-state'), 'cancelled')
    assert.match((await lastReply(page).locator('.meta-end').textContent()) ?? '', /Stopped/)
    const kept = await replyText(page)
    assert.ok(kept.startsWith(countedTo(10).trim()))
    await waitUntil('the model is left alone', () => stage.house.ollama.openCount() === 0)
    await page.reload()
    assert.equal(await replyText(page), kept)
    await page.locator('#composer-send[data-mode=send]').waitFor()
  }))

test('who asks again steps through both answers', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=4')
    await untilSettled(page)
    await untilAlive(page)
    const first = await lastReply(page).getAttribute('data-message-id')
    await lastReply(page).locator('[data-action=regenerate]').click()
    await waitUntil('another answer stands there', async () => {
      const id = await lastReply(page).getAttribute('data-message-id')
      return id !== first
    })
    await untilSettled(page)
    await page.getByText('2 of 2').waitFor()
    await page.getByRole('button', { name: 'Earlier answer' }).click()
    await page.getByText('1 of 2').waitFor()
    assert.equal(await lastReply(page).getAttribute('data-message-id'), first)
    await page.reload()
    await page.getByText('1 of 2').waitFor()
    await untilAlive(page)
    await page.getByRole('button', { name: 'Later answer' }).click()
    await page.getByText('2 of 2').waitFor()
  }))

test('who edits a message goes on from there, and the old wording stays to step back to', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'first tokens=3')
    await untilSettled(page)
    await say(page, 'second tokens=4')
    await untilSettled(page, 2)
    await untilAlive(page)
    const said = page.locator('.turn.said').first()
    await said.hover()
    await said.getByRole('button', { name: 'Edit and send again' }).click()
    await said.locator('.edit-text').fill('changed tokens=9')
    await said.locator('.edit-text').press('Enter')
    await untilReplyHolds(page, 't8')
    await untilSettled(page, 1)
    assert.deepEqual(await page.locator('.said-text').allTextContents(), ['changed tokens=9'])
    await page.getByText('2 of 2').waitFor()
    await page.getByRole('button', { name: 'Earlier wording' }).click()
    await untilSettled(page, 2)
    assert.deepEqual(await page.locator('.said-text').allTextContents(), [
      'first tokens=3',
      'second tokens=4',
    ])
  }))

test('who copies an answer gets its Markdown', () =>
  stage.visit(
    async ({ page }) => {
      await say(page, 'tokens=5')
      await untilSettled(page)
      await untilAlive(page)
      await lastReply(page).getByRole('button', { name: 'Copy the answer' }).click()
      await lastReply(page).locator('[data-action=copy][data-done]').waitFor()
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), countedTo(5))
    },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  ))

test('a second message waits while the first is answered, and both are answered in their order', () =>
  stage.visit(async ({ page }) => {
    await stage.pauseReplies(30)
    await say(page, 'tokens=60 rate=40')
    await untilReplyHolds(page, 't3')
    await say(page, 'tokens=5')
    await lastReply(page).getByText('Waiting for its turn').waitFor()
    assert.ok(!((await firstWords(page).textContent()) ?? '').includes('t59'), 'the first one runs still')
    await stage.goOn()
    await untilSettled(page, 2)
    assert.equal((await firstWords(page).textContent())?.trim(), countedTo(60).trim())
    assert.equal(await replyText(page), countedTo(5).trim())
  }))
