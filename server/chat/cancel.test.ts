import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decode } from '../../bus/contract/codec.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { TestHub } from '../../testing/hub/start-hub.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { maxRunningRequestsPerUser } from '../store/suite/examples.ts'

let house: TestHouse
let hub: TestHub

before(async () => {
  house = await startTestHouse()
  hub = house.hub
})
after(() => house?.[Symbol.asyncDispose]())

const limits = { bytes: 4096, depth: 4, elements: 32 }

test('a message that waits is cancelled before anybody writes, and the next one moves up', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const first = newSend('One')
  const rest = { conversation_id: first.conversation_id, parent_id: first.request_id }
  const [second, third] = [newSend('Two', rest), newSend('Three', rest)]
  for (const send of [first, second, third]) browser.send(send)
  await browser.next('chat.accepted', ({ request_id }) => request_id === third.request_id)
  browser.send({ type: 'chat.cancel', request_id: second.request_id })
  await browser.next(
    'chat.changed',
    ({ kind, request_id }) => kind === 'stored' && request_id === second.request_id,
  )
  assert.equal((await hub.store.requests.find(mika.user.id, second.request_id))?.state, 'cancelled')
  await answerEverything(async () => {
    await browser.next(
      'chat.changed',
      ({ kind, request_id }) => kind === 'stored' && request_id === third.request_id,
    )
  })
  await browser.close()
})

test('workers hear of a cancellation that came before the publication was noted', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const heard = new Set<unknown>()
  const hearing = house.workerBus.subscribe(subjects.anyCancel, ({ body }) => {
    heard.add((decode(body, limits) as { request_id: string }).request_id)
  })
  await hearing.active
  const first = newSend('One')
  const second = newSend('Two', { conversation_id: first.conversation_id, parent_id: first.request_id })
  for (const send of [first, second]) browser.send(send)
  await browser.next('chat.accepted', ({ request_id }) => request_id === second.request_id)
  browser.send({ type: 'chat.cancel', request_id: second.request_id })
  await waitUntil('it is heard', () => heard.has(second.request_id))
  assert.equal((await hub.store.requests.find(mika.user.id, second.request_id))?.state, 'cancelled')
  hearing.unsubscribe()
  await answerEverything(async () => {
    await browser.next(
      'chat.changed',
      ({ kind, request_id }) => kind === 'stored' && request_id === first.request_id,
    )
  })
  await browser.close()
})

test('a worker that hears the cancellation keeps what was written', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const cancelled = Promise.withResolvers<void>()
    const hearing = house.workerBus.subscribe(subjects.anyCancel, ({ body }) => {
      const { request_id } = decode(body, limits) as { request_id: string }
      if (request_id === request.request_id) cancelled.resolve()
    })
    const log = await beginLog(house.workerBus, request)
    await log.say('Half a sen')
    await cancelled.promise
    hearing.unsubscribe()
    await log.finish('cancelled')
    return undefined
  })
  const send = newSend('Talk')
  browser.send(send)
  await browser.next('chat.entry', ({ entry }) => entry.type === 'chunk')
  browser.send({ type: 'chat.cancel', request_id: send.request_id })
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  const answer = await hub.store.conversations.message(mika.user.id, send.conversation_id, send.request_id)
  assert.deepEqual(
    [answer?.content, answer?.state, answer?.finishReason],
    ['Half a sen', 'cancelled', 'cancelled'],
  )
  browser.send({ type: 'chat.cancel', request_id: send.request_id })
  browser.send({ type: 'ping', id: 1 })
  await browser.next('pong')
  assert.equal(browser.frames.filter(({ type }) => type === 'error').length, 0)
  await worker.drain()
  await browser.close()
})

test('a reply whose worker is dead is ended by the hub, with what was written', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const dead = Promise.withResolvers<void>()
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.write({ type: 'thought', content: 'Hm.' })
    await log.say('Half a sen')
    await dead.promise
    return undefined
  })
  const send = newSend('Talk')
  browser.send(send)
  await browser.next('chat.entry', ({ entry }) => entry.type === 'chunk')
  browser.send({ type: 'chat.cancel', request_id: send.request_id })
  const end = await browser.next('chat.entry', ({ entry }) => entry.type === 'done')
  assert.equal(end.entry.type === 'done' && end.entry.finish_reason, 'cancelled')
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  const answer = await hub.store.conversations.message(mika.user.id, send.conversation_id, send.request_id)
  assert.deepEqual([answer?.content, answer?.thoughts, answer?.state], ['Half a sen', 'Hm.', 'cancelled'])
  dead.resolve()
  await worker.drain()
  await browser.close()
})

test('a reply too long for a final, with an unreadable entry in its log, is ended by the hub all the same', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const [text, thoughts] = ['語'.repeat(190_000), '考'.repeat(190_000)]
  const [written, dead] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.write({ type: 'thought', content: thoughts })
    await log.say(text)
    const subject = subjects.stream(request.user_id, request.request_id)
    await house.workerBus.publish(subject, new Uint8Array([0xc1]), { messageId: request.request_id })
    written.resolve()
    await dead.promise
    return undefined
  })
  const send = newSend('Talk')
  browser.send(send)
  await browser.next('chat.accepted')
  await browser.close()
  await written.promise
  await hub.store.requests.cancel(mika.user.id, send.request_id, Date.now())
  const answer = await waitUntil('it is stored', async () => {
    const message = await hub.store.conversations.message(mika.user.id, send.conversation_id, send.request_id)
    return message?.state === 'cancelled' ? message : undefined
  })
  assert.equal(answer.content, text)
  assert.ok(answer.thoughts.length > 0 && thoughts.startsWith(answer.thoughts))
  dead.resolve()
  await worker.drain()
})

test('deleting a conversation frees its place before the undo window ends, with no worker alive', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const running = Array.from({ length: maxRunningRequestsPerUser }, (_, turn) => newSend(`Talk ${turn}`))
  const next = newSend('And me?')
  for (const send of [...running, next]) browser.send(send)
  const stateOf = async ({ request_id }: { request_id: string }) =>
    (await hub.store.requests.find(mika.user.id, request_id))?.state
  await browser.next('chat.accepted', ({ request_id }) => request_id === next.request_id)
  assert.equal(await stateOf(next), 'waiting')
  const [deleted = next, ...others] = running
  await waitUntil('it is published', async () => (await stateOf(deleted)) === 'published')
  await hub.store.conversations.delete(mika.user.id, deleted.conversation_id, Date.now())
  await waitUntil('the next one moves up', async () => (await stateOf(next)) === 'published')
  const log = await hub.bus.lastEntry('AI_CHAT_STREAM', subjects.stream(mika.user.id, deleted.request_id))
  assert.equal((decode(log?.body ?? new Uint8Array(), limits) as { type: string }).type, 'done')
  await hub.store.conversations.restore(mika.user.id, deleted.conversation_id)
  assert.equal(await stateOf(deleted), 'cancelled')
  await answerEverything(async () => {
    for (const { request_id } of [...others, next])
      await browser.next(
        'chat.changed',
        (changed) => changed.kind === 'stored' && changed.request_id === request_id,
      )
  })
  await browser.close()
})

/** Lets a worker run until `done`; requests it meets are answered at once. */
async function answerEverything(done: () => Promise<void>): Promise<void> {
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.finish()
    return undefined
  })
  await done()
  await worker.drain()
}
