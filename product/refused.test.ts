import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode } from '@msgpack/msgpack'
import type { Page } from 'playwright-core'
import { say, untilAlive, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { hubAway } from '../testing/house/visit.ts'

const stage = useHouse()

/** Waits until the page says why it stays disconnected. */
async function untilRefused(page: Page, why: string): Promise<void> {
  await page.locator('#composer-note').getByText(why).waitFor()
  await page.locator('#connection[data-state=ended]').getByText('disconnected').waitFor()
}

/** Takes the way out that the page offers. */
async function reload(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Reload the page' }).click()
  await page.locator('#composer-note').waitFor({ state: 'hidden' })
  await untilAlive(page)
  await say(page, 'tokens=2')
  await untilSettled(page)
}

const userOf = (page: Page) => page.locator('body').getAttribute('data-user-id')

test('an open page whose session was signed out says so, and goes on as whoever is here once it is reloaded', () =>
  stage.visit(async ({ page, openTab }) => {
    await untilAlive(page)
    const before = await userOf(page)
    const other = await openTab('/account')
    await other.evaluate(() => fetch('/sign-out', { method: 'POST', redirect: 'manual' }))
    await untilRefused(page, 'You are signed out.')
    await reload(page)
    assert.notEqual(await userOf(page), before)
  }))

test('an open page shows nobody else’s when somebody else is signed in by the time that the hub is back', () =>
  stage.visit(async ({ page, context, openTab }) => {
    await untilAlive(page)
    const before = await userOf(page)
    await context.clearCookies()
    const other = await openTab('/')
    await say(other, 'tokens=2')
    await untilSettled(other)
    await stage.house.restartHub()
    await untilRefused(page, 'Somebody else is signed in now.')
    assert.equal(await userOf(page), before)
    assert.equal(await page.locator('.row').count(), 0)
    await reload(page)
    assert.equal(await userOf(page), await userOf(other))
  }, hubAway))

test('a page that is older than the server says so, and does not come back before it is reloaded', () =>
  stage.visit(async ({ context, openTab }) => {
    let isOld = true
    let sockets = 0
    await context.routeWebSocket(/\/ws$/, (socket) => {
      sockets += 1
      const hub = socket.connectToServer()
      socket.onMessage((bytes) => {
        const frame = decode(Buffer.from(bytes)) as { type: string }
        const isHello = isOld && frame.type === 'hello'
        hub.send(isHello ? Buffer.from(encode({ ...frame, protocol: 99 })) : bytes)
      })
    })
    const page = await openTab('/')
    await untilRefused(page, 'This page is older than the server.')
    assert.equal(sockets, 1)
    isOld = false
    await reload(page)
  }))
