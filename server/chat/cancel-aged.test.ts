import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { subjects } from '../../bus/contract/subjects.ts'
import { beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import type { Store } from '../store/store.ts'

let house: TestHouse
/** No reply is stored meanwhile. */
let isBusy = false
/** How often the requests to be ended were asked for. */
let rounds = 0

before(async () => {
  house = await startTestHouse({ around: busy })
})
after(() => house?.[Symbol.asyncDispose]())

function busy(store: Store): Store {
  const { requests } = store
  const recordFinal: Store['requests']['recordFinal'] = async (...given) => {
    if (isBusy) throw new Error('busy')
    return requests.recordFinal(...given)
  }
  const cancelling: Store['requests']['cancelling'] = (limit) => {
    rounds += 1
    return requests.cancelling(limit)
  }
  return { ...store, requests: { ...requests, recordFinal, cancelling } }
}

/**
 * A reply whose log ended, lost its beginning by age, and was cancelled long ago; looked at before this resolves.
 *
 * @param isOnItsWay whether its final waits on the bus.
 */
async function endedLongAgo(isOnItsWay: boolean) {
  const { hub, workerBus } = house
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const written = Promise.withResolvers<number>()
  isBusy = true
  const worker = startScriptedWorker(workerBus, async (request) => {
    const log = await beginLog(workerBus, request)
    await log.say('All of it.')
    const timings = { duration_ms: 5 }
    const end = await log.write({ type: 'done', length: 10, finish_reason: 'stop', usage: {}, timings })
    if (isOnItsWay) await log.publishFinal()
    written.resolve(end)
    return undefined
  })
  const send = newSend('Talk')
  browser.send(send)
  const end = await written.promise
  await worker.drain()
  await browser.close()
  const subject = subjects.stream(mika.user.id, send.request_id)
  for await (const { seq } of hub.bus.readEntries('AI_CHAT_STREAM', subject, 0))
    if (seq < end) await hub.bus.remove('AI_CHAT_STREAM', seq)
  await hub.store.requests.cancel(mika.user.id, send.request_id, 0)
  const before = rounds
  // Both chores ask, so that at the fifth time each has ended a round with this request.
  await waitUntil('it was looked at', () => rounds >= before + 5)
  isBusy = false
  const answer = await waitUntil('it is stored', async () => {
    const message = await hub.store.conversations.message(mika.user.id, send.conversation_id, send.request_id)
    return message?.state === 'published' ? undefined : message
  })
  const last = await hub.bus.lastEntry('AI_CHAT_STREAM', subject)
  assert.equal(last?.seq, end, 'no second end is written')
  return answer
}

test('a reply that ended long ago and waits to be stored is stored whole, although it is cancelled', async () => {
  const answer = await endedLongAgo(true)
  assert.deepEqual([answer?.content, answer?.state], ['All of it.', 'answered'])
})

test('a reply that ended long ago and of which nothing is left is told as failed when it is cancelled', async () => {
  const answer = await endedLongAgo(false)
  assert.deepEqual([answer?.content, answer?.state], ['', 'failed'])
})
