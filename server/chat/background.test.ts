import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CodedError } from '../../bus/contract/errors.ts'
import type { HistoryAnswer } from '../../bus/contract/history.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { TestHub } from '../../testing/hub/start-hub.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { defaultCompanion } from '../companions/default-companion.ts'
import { logAgeMs, purgeLogs } from './purge.ts'

let house: TestHouse
let hub: TestHub

before(async () => {
  house = await startTestHouse()
  hub = house.hub
})
after(() => house?.[Symbol.asyncDispose]())

const askHistory = (user_id: string, request_id: string, budget = 10_000) =>
  house.workerBus.request(subjects.historyGet, { user_id, request_id, budget }) as Promise<HistoryAnswer>

test('a worker is told the state of a request, the conversation before it and who is speaking', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const send = newSend('Who are you?')
  browser.send(send)
  await browser.next('chat.accepted')
  await waitUntil(
    'it is published',
    async () => (await askHistory(mika.user.id, send.request_id)).state === 'published',
  )
  const history = await askHistory(mika.user.id, send.request_id)
  assert.deepEqual(history.messages, [{ role: 'user', content: 'Who are you?' }])
  assert.deepEqual(history.companion, {
    name: defaultCompanion.name,
    system_prompt: defaultCompanion.systemPrompt,
  })
  await hub.store.conversations.update(mika.user.id, send.conversation_id, { systemPrompt: 'Be brief.' })
  assert.equal((await askHistory(mika.user.id, send.request_id)).companion.system_prompt, 'Be brief.')
  browser.send({ type: 'chat.cancel', request_id: send.request_id })
  await waitUntil(
    'it is cancelled',
    async () => (await askHistory(mika.user.id, send.request_id)).state === 'cancelled',
  )
  assert.equal((await askHistory(uuidv7(), send.request_id)).state, 'gone')
  await browser.close()
})

test('a worker that asks nonsense is told so', async () => {
  await assert.rejects(house.workerBus.request(subjects.historyGet, { request_id: 'x' }), {
    code: 'request_invalid',
  })
})

test('a long conversation’s answer fits a message on the bus', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.say('語'.repeat(190_000))
    await log.finish()
    return undefined
  })
  let last = newSend('語'.repeat(30_000))
  for (let turn = 0; turn < 3; turn += 1) {
    const { request_id, conversation_id } = last
    browser.send(last)
    await browser.next(
      'chat.changed',
      (changed) => changed.kind === 'stored' && changed.request_id === request_id,
    )
    last = newSend('語'.repeat(30_000), { conversation_id, parent_id: request_id })
  }
  await worker.drain()
  browser.send(last)
  await browser.next('chat.accepted', ({ request_id }) => request_id === last.request_id)
  const { messages } = await askHistory(mika.user.id, last.request_id, 2_000_000)
  assert.equal(messages.at(-1)?.content.length, 30_000)
  assert.ok(messages.length < 7)
  await browser.close()
})

test('a conversation gets its title from a worker in the background', async () => {
  const titles = house.workerBus.respond(subjects.title, 'workers', async () => ({
    title: ' "Old harbours"\nBecause…',
  }))
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.say('By the water.')
    await log.finish()
    return undefined
  })
  await titles.active
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const send = newSend('Take me for a walk through an old harbour.')
  browser.send(send)
  await browser.next('chat.changed', ({ kind }) => kind === 'changed')
  const conversation = await hub.store.conversations.find(mika.user.id, send.conversation_id)
  assert.deepEqual([conversation?.title, conversation?.titleSource], ['Old harbours', 'model'])
  titles.unsubscribe()
  await worker.drain()
  await browser.close()
})

test('the log of a stored reply stays for five minutes and is then taken off the bus', async () => {
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.finish()
    return undefined
  })
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const send = newSend('Keep it for a while')
  const before = Date.now()
  browser.send(send)
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  const after = Date.now()
  const last = () => hub.bus.lastEntry('AI_CHAT_STREAM', subjects.stream(mika.user.id, send.request_id))
  await purgeLogs(hub, before + logAgeMs)
  assert.notEqual(await last(), undefined)
  await purgeLogs(hub, after + logAgeMs + 1)
  assert.equal(await last(), undefined)
  const purgeable = await hub.store.requests.purgeableLogs(after + 1, 100)
  assert.ok(!purgeable.some(({ requestId }) => requestId === send.request_id))
  await worker.drain()
  await browser.close()
})

test('a title that nobody can make is left, and the conversation keeps its first', async () => {
  const asked = Promise.withResolvers<void>()
  const titles = house.workerBus.respond(subjects.title, 'workers', async () => {
    asked.resolve()
    throw new CodedError('backend_stalled')
  })
  await titles.active
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.say('By the water.')
    await log.finish()
    return undefined
  })
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const send = newSend('An untitled walk')
  browser.send(send)
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  await asked.promise
  browser.send({ type: 'ping', id: 1 })
  await browser.next('pong')
  const conversation = await hub.store.conversations.find(mika.user.id, send.conversation_id)
  assert.deepEqual([conversation?.title, conversation?.titleSource], ['An untitled walk', 'first'])
  titles.unsubscribe()
  await worker.drain()
  await browser.close()
})

test('a conversation deleted past its undo window leaves nothing on the bus', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const send = newSend('Forget this')
  browser.send(send)
  const published = await waitUntil('it is published', async () => {
    const row = await hub.store.requests.find(mika.user.id, send.request_id)
    return row?.seq ?? undefined
  })
  await beginLog(house.workerBus, {
    ...{ kind: 'send', request_id: send.request_id, conversation_id: send.conversation_id, parent_id: null },
    ...{ message_id: send.message_id, user_id: mika.user.id, username: 'Mika', premium: false },
    ...{ attempt_floor: 0, timestamp: 0 },
  })
  await hub.store.conversations.delete(mika.user.id, send.conversation_id, Date.now() - 60_000)
  await waitUntil('the queue and the log are empty', async () => {
    const log = await hub.bus.lastEntry('AI_CHAT_STREAM', subjects.stream(mika.user.id, send.request_id))
    return log === undefined && !(await hub.bus.holds('COMPANIONS_CHAT', published))
  })
  assert.equal(await hub.store.requests.find(mika.user.id, send.request_id), undefined)
  await browser.close()
})
