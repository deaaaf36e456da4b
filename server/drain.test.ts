import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { startHubProcess } from '../testing/house/house-processes.ts'
import { openBrowserSocket } from '../testing/hub/browser-socket.ts'
import { becomeGuest } from '../testing/hub/returning-reader.ts'
import { newSend } from '../testing/hub/start-house.ts'
import { findFreePort } from '../testing/servers/free-port.ts'
import { startNatsServer } from '../testing/servers/nats-server.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

const statusOf = async (url: string): Promise<number> => {
  const answer = await fetch(url, { headers: { connection: 'close' } })
  await answer.arrayBuffer()
  return answer.status
}

test('a hub that is told to go is not ready, takes nobody, says when to come back, does what was asked, and then leaves', async (context) => {
  const { hub, url, holdStore } = await startHub(context)
  const cookie = await becomeGuest(url)
  const browser = await openBrowserSocket(url, { cookie })
  browser.hello()
  await browser.next('welcome')
  // What is asked now can't be done before the store is let go.
  const letGo = holdStore()
  const send = newSend('Before you go')
  browser.send(send)
  assert.equal(await statusOf(`${url}/readyz`), 200)
  hub.signal('SIGTERM')
  const notice = await browser.next('notice')
  assert.equal(notice.kind, 'drain')
  assert.ok((notice.retry_after_ms ?? -1) >= 0)
  assert.equal(await statusOf(`${url}/readyz`), 503)
  assert.equal(await statusOf(`${url}/healthz`), 200)
  // Nobody's, since a session would be looked up in the store.
  const late = await openBrowserSocket(url)
  assert.deepEqual(await late.closed, { code: 1012, reason: 'draining' })
  assert.equal(hub.ended(), undefined)
  letGo()
  assert.equal((await browser.next('chat.accepted')).request_id, send.request_id)
  assert.deepEqual(await browser.closed, { code: 1012, reason: 'draining' })
  assert.deepEqual(await hub.ending, { code: 0, signal: null })
  await assert.rejects(statusOf(url))
})

test('a hub that goes answers the request it has begun, as the last of its connection', async (context) => {
  const { hub, url, holdStore } = await startHub(context)
  const agent = new Agent({ keepAlive: true })
  context.after(() => agent.destroy())
  const letGo = holdStore()
  // Making a guest is a write.
  const page = ask(url, agent)
  await waitUntil('it is being made', () => Object.keys(agent.sockets).length === 1)
  assert.equal(await statusOf(`${url}/healthz`), 200)
  hub.signal('SIGTERM')
  await hub.waitForLine(/The hub stops/)
  letGo()
  const answer = await page
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers.connection, 'close')
  assert.match(await text(answer), /<\/html>/)
  assert.deepEqual(await hub.ending, { code: 0, signal: null })
})

async function startHub(context: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'companions-drain-'))
  const nats = await startNatsServer()
  const url = `http://127.0.0.1:${await findFreePort()}`
  const { port } = new URL(url)
  const environment = { PORT: port, DATA_DIR: dir, NATS_URL: nats.url, DRAIN_GRACE: '10' }
  const hub = await startHubProcess(url, environment)
  context.after(async () => {
    await hub.stop({ signal: 'SIGKILL' })
    await nats.stop()
    await rm(dir, { recursive: true, force: true })
  })
  const holdStore = () => {
    // The hub may be writing at this moment.
    const file = new DatabaseSync(path.join(dir, 'companions.db'), { timeout: 5_000 })
    file.exec('begin immediate')
    return () => {
      file.exec('rollback')
      file.close()
    }
  }
  return { hub, url, holdStore }
}

const ask = (url: string, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(url, { agent, headers: { accept: 'text/html' } }, resolve).on('error', reject)
  })
