import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import type { ChatRequest } from '../../bus/contract/chat.ts'
import { answerWith, startAnsweringWorker, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse } from '../../testing/hub/start-house.ts'
import { useTestHouse } from '../../testing/hub/use-test-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

const stage = useTestHouse()

test('a message sent while the store is busy is refused as worth another try, and kept the second time', async () => {
  const { browser } = await stage.enter()
  const send = newSend('Hello?')
  const locked = new Database(stage.hub.databaseUrl.slice('sqlite:'.length))
  locked.exec('BEGIN IMMEDIATE')
  browser.send(send)
  const error = await browser.next('error')
  locked.exec('ROLLBACK')
  locked.close()
  assert.deepEqual(
    [error.code, error.retryable, error.request_id],
    ['store_unavailable', true, send.request_id],
  )
  browser.send(send)
  assert.equal((await browser.next('chat.accepted')).state, 'ready')
  await browser.close()
})

test('a message accepted while the bus is away is answered when it is back', async () => {
  const { browser } = await stage.enter()
  await stage.house.nats.kill()
  await waitUntil('the hub noticed', () => stage.hub.bus.state !== 'connected')
  const send = newSend('Anybody there?')
  browser.send(send)
  assert.equal((await browser.next('chat.accepted')).state, 'ready')
  await stage.house.nats.restart()
  const worker = startAnsweringWorker(stage.house.workerBus, 'Here.')
  await browser.next(
    'chat.changed',
    ({ kind, request_id }) => kind === 'stored' && request_id === send.request_id,
  )
  await worker.drain()
  await browser.close()
})

test('a request the bus lost with all its data is published again, above all earlier attempts', async () => {
  const { person: mika, browser } = await stage.enter()
  const send = newSend('Remember me')
  browser.send(send)
  await waitUntil('it is published', async () => {
    return (await stage.hub.store.requests.find(mika.user.id, send.request_id))?.state === 'published'
  })
  await stage.house.nats.restart({ wipe: true })
  const seen: ChatRequest[] = []
  const worker = startScriptedWorker(stage.house.workerBus, (request) => {
    if (request.request_id === send.request_id) seen.push(request)
    return answerWith(stage.house.workerBus, request, 'Here.')
  })
  await browser.next(
    'chat.changed',
    ({ kind, request_id }) => kind === 'stored' && request_id === send.request_id,
  )
  assert.deepEqual(
    seen.map(({ attempt_floor }) => attempt_floor),
    [100],
  )
  const stored = await stage.hub.store.conversations.message(
    mika.user.id,
    send.conversation_id,
    send.request_id,
  )
  assert.equal(stored?.content, 'Here.')
  await worker.drain()
  await browser.close()
})

test('a message whose hub stopped before it could publish is published by the next hub', async () => {
  // A house of its own: a hub with another store would take the reply for nobody's.
  await using own = await startTestHouse()
  const other = own.hub
  const mika = await other.signIn()
  const browser = await other.connect(mika)
  await own.nats.kill()
  await waitUntil('the hub noticed', () => other.bus.state !== 'connected')
  const send = newSend('Hold on')
  browser.send(send)
  await browser.next('chat.accepted')
  await other.app.close()
  await own.nats.restart()
  const next = await own.addHub({ databaseUrl: other.databaseUrl })
  const worker = startAnsweringWorker(own.workerBus, 'Here.')
  await waitUntil(
    'it is answered',
    async () => (await next.store.requests.find(mika.user.id, send.request_id))?.state === 'answered',
    { timeoutMs: 20_000 },
  )
  await worker.drain()
})
