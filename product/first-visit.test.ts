import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  lastReply,
  replyText,
  say,
  untilReplyHolds,
  untilSettled,
  untilTitled,
} from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse({ title: 'Counting together' })

test('a stranger sends a message and reads the answer while it grows', () =>
  stage.visit(async ({ page }) => {
    await stage.pauseReplies(30)
    await say(page, 'Please count: tokens=60 rate=40')
    assert.equal(await page.locator('.said-text').textContent(), 'Please count: tokens=60 rate=40')
    await untilReplyHolds(page, 't5')
    assert.ok(!(await replyText(page)).includes('t59'), 'it is shown before it is whole')
    await stage.goOn()
    assert.match(page.url(), /\/c\/[0-9a-f-]{36}$/)
    await untilSettled(page)
    assert.equal(await replyText(page), countedTo(60).trim())
    const meta = (await lastReply(page).locator('.reply-meta').textContent()) ?? ''
    assert.match(meta, /counting.*to first word.*tokens\/s/s)
    await untilTitled(page, 'Counting together')
  }))

test('a message is on the page before the hub has it', () =>
  stage.visit(async ({ page }) => {
    await page.locator('#connection[data-state=here]').waitFor()
    const shown = await page.evaluate(() => {
      const field = document.querySelector<HTMLTextAreaElement>('#composer-text')
      if (field) field.value = 'Are you there?'
      document.querySelector<HTMLButtonElement>('#composer-send')?.click()
      return document.querySelector<HTMLElement>('.turn.said')?.outerHTML
    })
    assert.match(shown ?? '', /data-state="sending".*Are you there\?/s)
    await untilSettled(page)
  }))

test('the conversation is there after hub, workers and bus have started again', () =>
  stage.visit(async ({ page, openTab }) => {
    await say(page, 'Remember this: tokens=7')
    await untilSettled(page)
    await untilTitled(page, 'Counting together')
    const address = new URL(page.url()).pathname
    await page.close()
    await stage.house.restartAll()
    const again = await openTab('/')
    await again.locator('.row-link', { hasText: 'Counting together' }).click()
    await again.locator('.said-text', { hasText: 'Remember this' }).waitFor()
    assert.equal(new URL(again.url()).pathname, address)
    assert.equal(await replyText(again), countedTo(7).trim())
    await say(again, 'And go on: tokens=3')
    await untilSettled(again, 2)
    assert.equal(await replyText(again), countedTo(3).trim())
  }))

test('the list tells of a conversation that began before the code around it had come', () =>
  stage.visit(async ({ context, openTab }) => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await context.route('**/assets/chat/enhance*', async (route) => {
      await held
      await route.continue()
    })
    const page = await openTab('/')
    await say(page, 'A quick one: tokens=2')
    await untilSettled(page)
    release()
    await untilTitled(page, 'Counting together')
    assert.equal(await page.locator('#chat').getAttribute('data-new'), 'false')
  }))
