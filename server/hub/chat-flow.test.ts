import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ChatRequest } from '../../bus/contract/chat.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { TestHub } from '../../testing/hub/start-hub.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

let house: TestHouse
let hub: TestHub
let worker: { drain(): Promise<void> }

before(async () => {
  house = await startTestHouse()
  hub = house.hub
  worker = startScriptedWorker(house.workerBus, answerGoodMorning)
})
after(() => house?.[Symbol.asyncDispose]())

async function answerGoodMorning(request: ChatRequest): Promise<undefined> {
  const log = await beginLog(house.workerBus, request)
  await log.say('Good ')
  await log.say('morning.')
  await log.finish()
}

test('a browser that sends a message sees the reply stream in and finds it stored', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const send = newSend('Hello')
  browser.send(send)
  const accepted = await browser.next('chat.accepted')
  assert.equal(accepted.state, 'ready')
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  const entries = browser.frames.filter((frame) => frame.type === 'chat.entry')
  assert.deepEqual(
    entries.map(({ entry }) => entry.type),
    ['start', 'chunk', 'chunk', 'done'],
  )
  assert.ok(entries.every(({ epoch }) => epoch === hub.bus.epochOf('AI_CHAT_STREAM')))
  const answer = await hub.store.conversations.message(mika.user.id, send.conversation_id, send.request_id)
  assert.equal(answer?.content, 'Good morning.')
  assert.equal(answer?.state, 'answered')
  await browser.close()
})

test('two tabs of a person see the same stream, and nobody else does', async () => {
  const mika = await hub.signIn()
  const stranger = await hub.connect(await hub.signIn())
  const [first, second] = [await hub.connect(mika), await hub.connect(mika)]
  first.send(newSend('Hello, both'))
  for (const tab of [first, second]) await tab.next('chat.entry', ({ entry }) => entry.type === 'done')
  const seen = (tab: typeof first) => tab.frames.filter((frame) => frame.type === 'chat.entry')
  assert.deepEqual(seen(first), seen(second))
  stranger.send({ type: 'ping', id: 1 })
  await stranger.next('pong')
  assert.deepEqual(
    stranger.frames.map(({ type }) => type),
    ['welcome', 'pong'],
  )
  for (const tab of [first, second, stranger]) await tab.close()
})

test('the same message sent again gets the same answer, and other content under its id is a conflict', async () => {
  const browser = await hub.connect(await hub.signIn())
  const send = newSend('Once')
  browser.send(send)
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  browser.send(send)
  await browser.next('chat.accepted')
  assert.equal((await browser.next('chat.accepted')).state, 'answered')
  browser.send({ ...send, message: 'Twice' })
  assert.equal((await browser.next('error')).code, 'conflict')
  await browser.close()
})

test('a second message of a conversation waits for the first answer, then is answered', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const first = newSend('One')
  const second = newSend('Two', { conversation_id: first.conversation_id, parent_id: first.request_id })
  browser.send(first)
  browser.send(second)
  await browser.next('chat.accepted')
  assert.equal((await browser.next('chat.accepted')).state, 'waiting')
  await browser.next(
    'chat.changed',
    ({ kind, request_id }) => kind === 'stored' && request_id === second.request_id,
  )
  const path = await hub.store.conversations.path(mika.user.id, first.conversation_id, { limit: 10 })
  assert.deepEqual(
    path?.items.map(({ content }) => content),
    ['One', 'Good morning.', 'Two', 'Good morning.'],
  )
  await browser.close()
})

test('a reply whose final comes twice is stored once', async () => {
  await worker.drain()
  const once = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.say('First.')
    await log.finish()
    await log.publishFinal({ content: 'Second.' })
    return undefined
  })
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const send = newSend('Say it once')
  browser.send(send)
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  await waitUntil('both finals are taken off the bus', async () => {
    const final = await hub.bus.lastEntry(
      'AI_CHAT_FINAL',
      `ai.chat.response.final.${mika.user.id}.${send.request_id}`,
    )
    return final === undefined
  })
  const answer = await hub.store.conversations.message(mika.user.id, send.conversation_id, send.request_id)
  assert.equal(answer?.content, 'First.')
  assert.equal(
    browser.frames.filter((frame) => frame.type === 'chat.changed' && frame.kind === 'stored').length,
    1,
  )
  await browser.close()
  await once.drain()
  worker = startScriptedWorker(house.workerBus, answerGoodMorning)
})

test('a message in another person’s conversation is not found', async () => {
  const owner = await hub.connect(await hub.signIn())
  const theirs = newSend('Private')
  owner.send(theirs)
  await owner.next('chat.accepted')
  const other = await hub.connect(await hub.signIn())
  other.send(newSend('Let me in', { conversation_id: theirs.conversation_id, parent_id: theirs.request_id }))
  assert.equal((await other.next('error')).code, 'not_found')
  other.send({ type: 'chat.cancel', request_id: theirs.request_id })
  assert.equal((await other.next('error')).code, 'not_found')
  other.send({ type: 'chat.cancel', request_id: uuidv7() })
  assert.equal((await other.next('error')).code, 'not_found')
  for (const browser of [owner, other]) await browser.close()
})
