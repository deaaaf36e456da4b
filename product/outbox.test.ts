import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode } from '@msgpack/msgpack'
import {
  lastReply,
  replyText,
  say,
  untilAlive,
  untilReplyHolds,
  untilSettled,
  untilTitled,
} from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { hubAway } from '../testing/house/visit.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse()

const askedFor = (words: string) =>
  stage.house.ollama.requests.filter(
    ({ path, body }) =>
      path === '/api/chat' &&
      JSON.stringify(body).includes(words) &&
      !JSON.stringify(body).includes('Write a title of'),
  ).length

test('a message written while offline waits, says so, and goes out once when the line is back', () =>
  stage.visit(async ({ page, context }) => {
    await say(page, 'tokens=2')
    await untilSettled(page)
    // A browser without a network keeps its open sockets; this one ends.
    await context.setOffline(true)
    await stage.house.killHub()
    await page.locator('#connection[data-state=offline]').waitFor()
    assert.equal(await page.locator('.connection-word').textContent(), 'offline')
    await page.getByText('You are offline.').waitFor()
    await say(page, 'kept while offline: tokens=5')
    await lastReply(page).getByText('Goes out when the connection is back').waitFor()
    await stage.house.restartHub()
    await context.setOffline(false)
    await page.locator('#connection[data-state=here]').waitFor()
    await untilSettled(page, 2)
    assert.equal(await replyText(page), countedTo(5).trim())
    assert.equal(askedFor('kept while offline'), 1)
  }, hubAway))

test('a server that is away is not called the person’s own network', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=2')
    await untilSettled(page)
    await untilTitled(page, 'Numbers in a row')
    await stage.house.killHub()
    await page.locator('#connection[data-state=away]').waitFor()
    assert.equal(await page.locator('.connection-word').textContent(), 'server away')
    await page.getByText('The server is away; trying again.').waitFor()
    assert.equal(await page.getByText('You are offline.').isVisible(), false)
    const listed = page.waitForRequest(/\/fragments\/conversations/)
    await stage.house.restartHub()
    await page.locator('#connection[data-state=here]').waitFor()
    await listed
    await page.locator('#offline-note').waitFor({ state: 'hidden' })
  }, hubAway))

test('a message that waits survives the hub’s end and a reload, and goes out once', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=2')
    await untilSettled(page)
    await stage.house.killHub()
    await page.locator('#connection:not([data-state=here])').waitFor()
    await say(page, 'kept over a reload: tokens=6')
    await lastReply(page).getByText('Goes out when the connection is back').waitFor()
    await stage.house.restartHub()
    await page.reload()
    await page.locator('.said-text', { hasText: 'kept over a reload' }).waitFor()
    await untilSettled(page, 2)
    assert.equal(await replyText(page), countedTo(6).trim())
    assert.equal(askedFor('kept over a reload'), 1)
  }, hubAway))

test('a first message that waits outlives its tab, at an address that the hub does not know yet', () =>
  stage.visit(
    async ({ page, openTab }) => {
      await untilAlive(page)
      await stage.house.killHub()
      await page.locator('#connection:not([data-state=here])').waitFor()
      await say(page, 'kept as the first: tokens=4')
      await lastReply(page).getByText('Goes out when the connection is back').waitFor()
      const address = new URL(page.url()).pathname
      await page.close()
      await stage.house.restartHub()
      const again = await openTab(address)
      await untilSettled(again)
      assert.equal(await replyText(again), countedTo(4).trim())
      assert.equal(askedFor('kept as the first'), 1)
    },
    { expected: [...hubAway.expected, /404/] },
  ))

test('a message that the hub refuses is not sent for ever, and the next one gets through', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=2')
    await untilSettled(page)
    await untilAlive(page)
    const sent: number[] = []
    // The page believes the limit that it was told; the hub comes back with a smaller one.
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => {
        if (payload.length > 150) sent.push(payload.length)
      })
    })
    await stage.house.killHub()
    await page.locator('#connection:not([data-state=here])').waitFor()
    const long = `${'a long story '.repeat(30)}tokens=3`
    await say(page, long)
    await lastReply(page).getByText('Goes out when the connection is back').waitFor()
    await stage.house.restartHub({ MAX_MESSAGE_LENGTH: '100' })
    const refused = page.locator('.turn.said[data-state=refused]')
    await refused.waitFor()
    assert.match((await refused.locator('.said-note').textContent()) ?? '', /at most 100 characters/)
    await say(page, 'a short one: tokens=3')
    await untilReplyHolds(page, 't2')
    assert.equal(sent.filter((length) => length > long.length).length, 1)
    assert.equal(askedFor('a long story'), 0)
    await untilSettled(page, 2)
    await refused.getByRole('button', { name: 'Edit' }).click()
    const field = refused.locator('.edit-text')
    assert.equal(await field.inputValue(), long)
    await field.press('Enter')
    assert.equal(await refused.locator('.edit-text').count(), 1, 'what is too long still stays in the form')
    await field.fill('mended: tokens=6')
    await field.press('Enter')
    await refused.waitFor({ state: 'detached' })
    await untilSettled(page, 3)
    assert.equal(await replyText(page), countedTo(6).trim())
    const said = await page.locator('.said-text').allTextContents()
    assert.deepEqual(said, ['tokens=2', 'a short one: tokens=3', 'mended: tokens=6'])
    await page.reload()
    await untilSettled(page, 3)
    await stage.house.restartHub()
    await page.locator('#connection[data-state=here]').waitFor()
  }, hubAway))

test('a message that the hub cannot take just now says why, and is taken a little later without another word', () =>
  stage.visit(async ({ context, openTab }) => {
    let isAway = true
    let refusals = 0
    await context.routeWebSocket(/\/ws$/, (socket) => {
      const hub = socket.connectToServer()
      socket.onMessage((bytes) => {
        const frame = decode(Buffer.from(bytes)) as { type: string; request_id?: string }
        if (frame.type !== 'chat.send' || !isAway) return hub.send(bytes)
        refusals += 1
        const { request_id } = frame
        const error = { code: 'store_unavailable', detail: 'The store is away', retryable: true }
        socket.send(Buffer.from(encode({ type: 'error', ...error, request_id })))
      })
    })
    const page = await openTab('/')
    await untilAlive(page)
    await say(page, 'sent again: tokens=4')
    await lastReply(page).getByText('Not taken yet, sent again soon. The store is away').waitFor()
    isAway = false
    await untilSettled(page)
    assert.equal(await replyText(page), countedTo(4).trim())
    assert.ok(refusals > 0)
    assert.equal(askedFor('sent again'), 1)
  }))
