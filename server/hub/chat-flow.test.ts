import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { connectBus } from '../../bus/nats/connection.ts'
import { beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { startTestHub, type TestHub } from '../../testing/hub/start-hub.ts'
import { type NatsServer, startNatsServer } from '../../testing/servers/nats-server.ts'

let nats: NatsServer
let hub: TestHub
let workerBus: Bus

before(async () => {
  nats = await startNatsServer()
  hub = await startTestHub({ natsUrl: nats.url })
  workerBus = connectBus({ url: nats.url, name: 'test-worker', role: 'worker' })
})
after(async () => {
  await hub?.stop()
  await workerBus?.close()
  await nats?.stop()
})

const newSend = (message: string) => ({
  type: 'chat.send',
  kind: 'send',
  request_id: uuidv7(),
  conversation_id: uuidv7(),
  message_id: uuidv7(),
  parent_id: null,
  message,
})

test('a browser that sends a message sees the reply stream in and finds it stored', async () => {
  const worker = startScriptedWorker(workerBus, async (request) => {
    const log = await beginLog(workerBus, request)
    await log.say('Good ')
    await log.say('morning.')
    await log.finish()
    return undefined
  })
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const send = newSend('Hello')
  browser.send(send)
  const accepted = await browser.next('chat.accepted')
  assert.equal(accepted.state, 'ready')
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  const entries = browser.frames
    .filter((frame) => frame.type === 'chat.entry')
    .map((frame) => frame.entry.type)
  assert.deepEqual(entries, ['start', 'chunk', 'chunk', 'done'])
  const answer = await hub.store.conversations.message(mika.user.id, send.conversation_id, send.request_id)
  assert.equal(answer?.content, 'Good morning.')
  assert.equal(answer?.state, 'answered')
  await browser.close()
  await worker.drain()
})
