import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { HistoryAnswer } from '../../bus/contract/history.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

let house: TestHouse

/** A hub that never hears that the bus has taken what it published. */
before(async () => {
  house = await startTestHouse({
    around: (store) => ({ ...store, requests: { ...store.requests, markPublished: async () => {} } }),
  })
})
after(() => house?.[Symbol.asyncDispose]())

test('a reply nobody knew to be published is stopped at once, and keeps what a dead worker had written', async () => {
  const { hub } = house
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const dead = Promise.withResolvers<void>()
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.say('Half a sen')
    await dead.promise
    return undefined
  })
  const send = newSend('Talk')
  browser.send(send)
  await browser.next('chat.entry', ({ entry }) => entry.type === 'chunk')
  browser.send({ type: 'chat.cancel', request_id: send.request_id })
  const read = () => hub.store.conversations.message(mika.user.id, send.conversation_id, send.request_id)
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  assert.equal((await read())?.state, 'cancelled')
  const { entry } = await browser.next('chat.entry', ({ entry }) => entry.type === 'done')
  assert.equal(entry.type === 'done' && entry.finish_reason, 'cancelled')
  await waitUntil('its text is stored', async () => (await read())?.content !== '')
  const kept = await read()
  assert.deepEqual([kept?.state, kept?.content], ['cancelled', 'Half a sen'])
  const asked = { user_id: mika.user.id, request_id: send.request_id, budget: 100 }
  const history = await house.workerBus.request(subjects.historyGet, asked)
  assert.equal((history as HistoryAnswer).state, 'answered', 'a worker that is late writes no second end')
  dead.resolve()
  await worker.drain()
  await browser.close()
})
