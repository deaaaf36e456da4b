import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { decode, encode } from '@msgpack/msgpack'
import type { BrowserContext, Page } from 'playwright-core'
import type { ErrorFrame, HubFrame } from '../bus/contract/frames.ts'
import { lastReply, say, untilAlive, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import type { Visitor } from '../testing/house/visit.ts'

const stage = useHouse()

afterEach(() => stage.goOn())

type Refusal = Omit<ErrorFrame, 'type' | 'request_id'>

/** What stands between a browser's sockets and the hub. */
interface Line {
  /** The hub's answer to every stop, in its stead. */
  refusal?: Refusal | undefined
  isCut: boolean
  /** The line is cut by the first frame of this type, which is not heard. */
  cutBefore?: HubFrame['type'] | undefined
}

async function lay(context: BrowserContext): Promise<Line> {
  const line: Line = { isCut: false }
  await context.routeWebSocket(/\/ws$/, (socket) => {
    if (line.isCut) return socket.close({ code: 1012 })
    const hub = socket.connectToServer()
    socket.onMessage((bytes) => {
      const { type, request_id } = decode(Buffer.from(bytes)) as { type: string; request_id?: string }
      if (type !== 'chat.cancel' || line.refusal === undefined) return hub.send(bytes)
      socket.send(Buffer.from(encode({ type: 'error', ...line.refusal, request_id })))
    })
    hub.onMessage((bytes) => {
      const { type } = decode(Buffer.from(bytes)) as HubFrame
      line.isCut ||= type === line.cutBefore
      if (line.isCut) void socket.close({ code: 1012 })
      else socket.send(bytes)
    })
  })
  return line
}

/** A page with an answer that waits in its middle. */
async function readHalf(openTab: Visitor['openTab']): Promise<Page> {
  await stage.pauseReplies(5)
  const page = await openTab('/')
  await untilAlive(page)
  await say(page, 'tokens=60')
  await untilReplyHolds(page, 't2')
  return page
}

const press = (page: Page) => page.getByRole('button', { name: 'Stop' }).first().click()

/** A stop that was lost would leave the answer waiting in its middle. */
async function untilStopped(page: Page): Promise<void> {
  await untilSettled(page)
  assert.equal(await lastReply(page).getAttribute('data-state'), 'cancelled')
}

test('a stop that the hub cannot carry out just now says so, and is carried out a little later', () =>
  stage.visit(async ({ context, openTab }) => {
    const line = await lay(context)
    line.refusal = { code: 'store_unavailable', detail: 'The store is away', retryable: true }
    const page = await readHalf(openTab)
    await press(page)
    await lastReply(page).getByText('Not stopped yet, tried again soon. The store is away').waitFor()
    line.refusal = undefined
    await untilStopped(page)
  }))

test('a stop that the hub refuses does not leave the answer stopping for ever', () =>
  stage.visit(async ({ context, openTab }) => {
    const line = await lay(context)
    const page = await readHalf(openTab)
    line.refusal = { code: 'not_allowed', detail: 'You may not do this', retryable: false }
    await press(page)
    await lastReply(page).getByText('Stopping').waitFor({ state: 'detached' })
    await stage.goOn()
    await untilSettled(page)
    assert.equal(await lastReply(page).getAttribute('data-state'), 'answered')
  }))

test('a message that the hub may have is not given back, and its answer is stopped once the line is back', () =>
  stage.visit(async ({ context, openTab }) => {
    const line = await lay(context)
    await stage.pauseReplies(5)
    const page = await openTab('/')
    await untilAlive(page)
    line.cutBefore = 'chat.accepted'
    await say(page, 'said once: tokens=60')
    await lastReply(page).getByText('Goes out when the connection is back').waitFor()
    await press(page)
    await lastReply(page).getByText('Stops when the connection is back').waitFor()
    assert.equal(await page.locator('#composer-text').inputValue(), '')
    line.cutBefore = undefined
    line.isCut = false
    await untilStopped(page)
    assert.deepEqual(await page.locator('.said-text').allTextContents(), ['said once: tokens=60'])
  }))

test('a stop that was pressed without a line outlives the page', () =>
  stage.visit(async ({ context, openTab }) => {
    const line = await lay(context)
    const page = await readHalf(openTab)
    // A silent writer is heard every now and then.
    line.cutBefore = 'chat.entry'
    await page.locator('#connection:not([data-state=here])').waitFor()
    line.cutBefore = undefined
    await press(page)
    await lastReply(page).getByText('Stops when the connection is back').waitFor()
    await page.reload()
    await lastReply(page).getByText('Stops when the connection is back').waitFor()
    line.isCut = false
    await untilStopped(page)
    await page.waitForFunction(() => !Object.keys(localStorage).some((key) => /stops/.test(key)))
  }))
