import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { subjects } from '../../bus/contract/subjects.ts'
import { beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { TestHub } from '../../testing/hub/start-hub.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import type { Store } from '../store/store.ts'

let house: TestHouse
let hub: TestHub
/** What befalls the hub after its next commits of a reply. */
const misfortunes: Error[] = []

before(async () => {
  house = await startTestHouse({ around: unlucky })
  hub = house.hub
})
after(() => house?.[Symbol.asyncDispose]())

function unlucky(store: Store): Store {
  const recordFinal: Store['requests']['recordFinal'] = async (...given) => {
    const recorded = await store.requests.recordFinal(...given)
    const misfortune = misfortunes.shift()
    if (misfortune !== undefined) throw misfortune
    return recorded
  }
  return { ...store, requests: { ...store.requests, recordFinal } }
}

const isTaken = (user: string, request: string) =>
  waitUntil('the final is taken off the bus', async () => {
    return (await hub.bus.lastEntry('AI_CHAT_FINAL', subjects.final(user, request))) === undefined
  })

test('a browser hears of a stored reply although the hub was stopped between the commit and the notice', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  misfortunes.push(new Error('stopped in between'))
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.finish()
    return undefined
  })
  const send = newSend('Hello')
  browser.send(send)
  const { request_id } = await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  assert.equal(request_id, send.request_id)
  assert.equal(misfortunes.length, 0)
  await worker.drain()
  await browser.close()
})

test('finals that are no finals are dropped, and keep no other from being stored', async () => {
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const { user_id, request_id } = request
    const subject = subjects.final(user_id, request_id)
    for (const body of [[0xc1], [], [0x80], [0xdd, 0xff, 0xff, 0xff, 0xff]])
      await house.workerBus.publish(subject, new Uint8Array(body), { messageId: `${request_id}.${body}` })
    const log = await beginLog(house.workerBus, request)
    await log.say('Here.')
    await log.finish()
    return undefined
  })
  const send = newSend('Hello')
  browser.send(send)
  await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  await isTaken(mika.user.id, send.request_id)
  const answer = await hub.store.conversations.message(mika.user.id, send.conversation_id, send.request_id)
  assert.equal(answer?.content, 'Here.')
  await worker.drain()
  await browser.close()
})

test('a final writes to nobody but the person and the request of its subject', async () => {
  const [mika, rin] = [await hub.signIn(), await hub.signIn()]
  const [browser, victim] = [await hub.connect(mika), await hub.connect(rin)]
  const theirs = newSend('Private')
  victim.send(theirs)
  await victim.next('chat.accepted')
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    if (request.user_id !== mika.user.id) return { kind: 'nak', delayMs: 60_000 }
    const log = await beginLog(house.workerBus, request)
    const content = 'Not for you'
    const { request_id, conversation_id } = theirs
    await log.publishFinal({ user_id: rin.user.id, request_id, conversation_id, content })
    await log.publishFinal({ request_id, conversation_id, content })
    await log.publishFinal({ user_id: rin.user.id, content })
    await log.publishFinal({ conversation_id, content: 'Mine' })
    return undefined
  })
  const mine = newSend('Hello')
  browser.send(mine)
  const stored = await browser.next('chat.changed', ({ kind }) => kind === 'stored')
  assert.equal(stored.conversation_id, mine.conversation_id)
  await isTaken(mika.user.id, mine.request_id)
  const read = ({ user }: typeof mika, { conversation_id, request_id }: typeof mine) =>
    hub.store.conversations.message(user.id, conversation_id, request_id)
  assert.equal((await read(mika, mine))?.content, 'Mine')
  assert.equal((await read(rin, theirs))?.content, '')
  assert.notEqual((await hub.store.requests.find(rin.user.id, theirs.request_id))?.state, 'answered')
  await worker.drain()
  for (const one of [browser, victim]) await one.close()
})
