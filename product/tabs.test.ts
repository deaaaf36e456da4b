import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replyText, say, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse()

test('two tabs show the same stream, also the one that did not ask', () =>
  stage.visit(async ({ page, openTab }) => {
    await say(page, 'tokens=3')
    await untilSettled(page)
    const other = await openTab(new URL(page.url()).pathname)
    await other.locator('#connection[data-state=here]').waitFor()
    await stage.pauseReplies(40)
    await say(page, 'tokens=80 rate=40')
    for (const tab of [page, other]) {
      await waitUntil('the second answer grows', async () => {
        const text = await tab.locator('.turn.reply').nth(1).locator('.reply-body').textContent()
        return text?.includes('t4') && !text.includes('t79')
      })
    }
    await stage.goOn()
    for (const tab of [page, other]) {
      await untilSettled(tab, 2)
      assert.equal(await replyText(tab), countedTo(80).trim())
    }
    assert.deepEqual(
      await other.locator('.said-text').allInnerTexts(),
      await page.locator('.said-text').allInnerTexts(),
    )
  }))

test('a tab opened in mid-reply catches up and goes along', () =>
  stage.visit(async ({ page, openTab }) => {
    await stage.pauseReplies(50)
    await say(page, 'tokens=100 rate=40')
    await untilReplyHolds(page, 't10')
    const late = await openTab(new URL(page.url()).pathname)
    await untilReplyHolds(late, 't20')
    assert.ok((await replyText(late)).startsWith('t0 t1 t2'))
    assert.ok(!(await replyText(late)).includes('t99'), 'it runs still')
    await stage.goOn()
    await untilSettled(late)
    assert.equal(await replyText(late), countedTo(100).trim())
  }))

test('a page that is reloaded in mid-reply goes on where it was', () =>
  stage.visit(async ({ page }) => {
    await stage.pauseReplies(50)
    await say(page, 'tokens=100 rate=40')
    await untilReplyHolds(page, 't10')
    await page.reload()
    await untilReplyHolds(page, 't20')
    assert.ok(!(await replyText(page)).includes('t99'), 'it runs still')
    await stage.goOn()
    await untilSettled(page)
    assert.equal(await replyText(page), countedTo(100).trim())
  }))

test('a page that is reloaded in mid-reply can stop it', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=endless rate=40')
    await untilReplyHolds(page, 't10')
    await page.reload()
    await page.locator('#composer-send[data-mode=stop]').click()
    await page.locator('.turn.reply[data-state=cancelled]').waitFor()
  }))
