import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import pg from 'pg'
import { openRawConnection, streamInfo } from '../testing/bus/raw-nats.ts'
import { watchFrames } from '../testing/house/frames.ts'
import { type House, startHouse } from '../testing/house/start-house.ts'
import { lastReply, replyText, say, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { type Visitor, visit } from '../testing/house/visit.ts'
import { launchChromium } from '../testing/servers/chromium.ts'
import { startPostgres } from '../testing/servers/postgres.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { countedTo } from '../testing/workers/counting.ts'

interface Stage {
  readonly house: House
  readonly visitor: Visitor
  /** From now on nothing can be written to the store, until what it returns is called. */
  lock(): () => void
  /** How many requests are in each state. */
  requests(): Record<string, number>
  /** Finals that wait to be stored. */
  finals(): Promise<number>
}

/** A house whose store can be locked, and somebody in it. */
async function enter(t: TestContext, act: (stage: Stage) => Promise<void>): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'companions-store-away-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'house.db')
  const house = stack.use(await startHouse({ hubEnvironment: { DATABASE_URL: `sqlite:${file}` } }))
  const browser = stack.adopt(await launchChromium(), (one) => one.close())
  const store = stack.adopt(new Database(file), (one) => void one.close())
  const nats = await openRawConnection(t, house.nats.url)
  const count = store.prepare<[], { state: string; n: number }>(
    'select state, count(*) as n from requests group by state',
  )
  await visit(browser, house.url, (visitor) =>
    act({
      house,
      visitor,
      lock: () => {
        store.exec('BEGIN IMMEDIATE')
        return () => void store.exec('ROLLBACK')
      },
      requests: () => Object.fromEntries(count.all().map(({ state, n }) => [state, n])),
      finals: async () => (await streamInfo(nats, 'AI_CHAT_FINAL')).state.messages,
    }),
  )
}

test('what ends and what is asked while the store is away is stored and answered once when it is back', (t) =>
  enter(t, async ({ house, visitor: { page }, lock, requests, finals }) => {
    await house.ollama.setFault({ kind: 'pause', afterTokens: 20 })
    await say(page, 'tokens=60 rate=60')
    await untilReplyHolds(page, 't10')
    const unlock = lock()
    await house.ollama.setFault(undefined)
    await waitUntil('the reply waits to be stored', async () => (await finals()) === 1)
    await say(page, 'tokens=7')
    await lastReply(page).getByText('Not taken yet').waitFor()
    await say(page, 'tokens=9')
    unlock()
    await untilSettled(page, 3, 60_000)
    const replies = await page.locator('.turn.reply .reply-body').allTextContents()
    assert.deepEqual(
      replies.map((text) => text.trim()),
      [60, 7, 9].map((tokens) => countedTo(tokens).trim()),
    )
    await waitUntil('nothing waits to be stored', async () => (await finals()) === 0)
    assert.deepEqual(requests(), { answered: 3 })
  }))

test('a reply that is stopped while the store is away is stopped when it is back, and the next one answered', (t) =>
  enter(t, async ({ house, visitor: { page }, lock, requests, finals }) => {
    const { heard } = await watchFrames(page)
    await house.ollama.setFault({ kind: 'pause', afterTokens: 20 })
    await say(page, 'tokens=60 rate=60')
    await untilReplyHolds(page, 't10')
    const unlock = lock()
    await page.locator('#composer-send[data-mode=stop]').click()
    await waitUntil('the store did not take it', () => heard.some(({ type }) => type === 'error'))
    await say(page, 'tokens=4')
    await lastReply(page).getByText('Not taken yet').waitFor()
    unlock()
    const stopped = page.locator('.turn.reply[data-state=cancelled] .reply-body')
    await stopped.waitFor()
    await house.ollama.setFault(undefined)
    await untilSettled(page, 2, 60_000)
    const text = ((await stopped.textContent()) ?? '').trim()
    assert.ok(text.includes('t10') && countedTo(20).trim().startsWith(text), `it kept "${text}"`)
    await waitUntil('nothing waits to be stored', async () => (await finals()) === 0)
    assert.deepEqual(requests(), { answered: 1, cancelled: 1 })
  }))

test('a reply that ends while PostgreSQL is down is read whole, and stored once when it is up again', async (t) => {
  await using postgres = await startPostgres()
  const databaseUrl = await postgres.createDatabase()
  await using house = await startHouse({ hubEnvironment: { DATABASE_URL: databaseUrl } })
  await using stack = new AsyncDisposableStack()
  const browser = stack.adopt(await launchChromium(), (one) => one.close())
  const nats = await openRawConnection(t, house.nats.url)
  const finals = async () => (await streamInfo(nats, 'AI_CHAT_FINAL')).state.messages
  const act = async ({ page }: Visitor) => {
    await house.ollama.setFault({ kind: 'pause', afterTokens: 20 })
    await say(page, 'tokens=60 rate=60')
    await untilReplyHolds(page, 't10')
    await postgres.kill()
    await house.ollama.setFault(undefined)
    await waitUntil('the reply waits to be stored', async () => (await finals()) === 1)
    await untilReplyHolds(page, 't59')
    await postgres.restart()
    await untilSettled(page, 1, 60_000)
    assert.equal(await replyText(page), countedTo(60).trim())
    await waitUntil('nothing waits to be stored', async () => (await finals()) === 0)
    await page.reload()
    assert.deepEqual(
      (await page.locator('.turn.reply .reply-body').allTextContents()).map((text) => text.trim()),
      [countedTo(60).trim()],
    )
  }
  // The list of conversations is asked for within half a second of a message, when the store may be down by now.
  await visit(browser, house.url, act, { expected: [/503.*\/fragments\/conversations/] })
  const client = stack.adopt(new pg.Client(databaseUrl), (one) => one.end())
  await client.connect()
  const { rows } = await client.query('select state, count(*)::int as n from requests group by state')
  assert.deepEqual(rows, [{ state: 'answered', n: 1 }])
})
