import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatSend } from '../../bus/contract/chat.ts'
import { answerWith, beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend } from '../../testing/hub/start-house.ts'
import type { SignedIn } from '../../testing/hub/start-hub.ts'
import { useTestHouse } from '../../testing/hub/use-test-house.ts'
import { renderedReplies } from '../pages/rendered-replies.ts'

const inUse = useTestHouse()

const cancelAt = ({ request_id }: ChatSend, heard_offset: number) => ({
  type: 'chat.cancel',
  request_id,
  heard_offset,
})

async function shown({ user }: SignedIn, { conversation_id, request_id }: ChatSend) {
  const message = await inUse.hub.store.conversations.message(user.id, conversation_id, request_id)
  return [message?.content, message?.state, message?.finishReason]
}

test('an ended answer is cut to what was heard of it, once, and all of the person’s pages hear of it', async (t) => {
  const { person, browser } = await inUse.enter()
  const elsewhere = await inUse.hub.connect(person)
  const worker = startScriptedWorker(inUse.house.workerBus, (request) =>
    answerWith(inUse.house.workerBus, request, 'Once there was a fox.'),
  )
  const send = newSend('Tell me a story')
  const isStored = ({ kind, request_id }: { kind: string; request_id?: string | undefined }) =>
    kind === 'stored' && request_id === send.request_id
  browser.send(send)
  for (const socket of [browser, elsewhere]) await socket.next('chat.changed', isStored)
  const forgotten = t.mock.method(renderedReplies, 'forget')
  browser.send(cancelAt(send, 10))
  for (const socket of [browser, elsewhere]) await socket.next('chat.changed', isStored)
  assert.deepEqual(await shown(person, send), ['Once there', 'cancelled', 'cancelled'])
  assert.deepEqual(forgotten.mock.calls[0]?.arguments, [send.conversation_id])
  browser.send(cancelAt(send, 4))
  browser.send({ type: 'ping', id: 1 })
  await browser.next('pong')
  assert.deepEqual(await shown(person, send), ['Once there', 'cancelled', 'cancelled'])
  assert.equal(browser.frames.filter(({ type }) => type === 'error').length, 0)
  await worker.drain()
  for (const socket of [browser, elsewhere]) await socket.close()
})

test('a running answer that is interrupted is kept as far as it was heard, however far it had come', async () => {
  const { person, browser } = await inUse.enter()
  const written = Promise.withResolvers<void>()
  const worker = startScriptedWorker(inUse.house.workerBus, async (request) => {
    const log = await beginLog(inUse.house.workerBus, request)
    await log.say('Once there was a fox, and')
    await written.promise
    await log.finish('cancelled')
    return undefined
  })
  const send = newSend('Tell me a story')
  browser.send(send)
  await browser.next('chat.entry', ({ entry }) => entry.type === 'chunk')
  for (const offset of [10, 3]) browser.send(cancelAt(send, offset))
  browser.send({ type: 'ping', id: 1 })
  await browser.next('pong')
  written.resolve()
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  assert.deepEqual(await shown(person, send), ['Once there', 'cancelled', 'cancelled'])
  await worker.drain()
  await browser.close()
})

test('nobody interrupts what is read to somebody else', async () => {
  const { person, browser } = await inUse.enter()
  const { browser: stranger } = await inUse.enter()
  const worker = startScriptedWorker(inUse.house.workerBus, (request) =>
    answerWith(inUse.house.workerBus, request, 'A secret of yours'),
  )
  const send = newSend('Keep this')
  browser.send(send)
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  stranger.send(cancelAt(send, 1))
  const error = await stranger.next('error')
  assert.deepEqual([error.code, error.request_id], ['not_found', send.request_id])
  assert.deepEqual(await shown(person, send), ['A secret of yours', 'answered', 'stop'])
  await worker.drain()
  for (const socket of [browser, stranger]) await socket.close()
})
