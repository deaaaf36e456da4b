import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decode } from '../../bus/contract/codec.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { beginLog, type LogWriter, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

const limits = { bytes: 4096, depth: 4, elements: 32 }
let house: TestHouse
/** A log that cannot be read until it is let go. */
let stuck: { subject: string; let: PromiseWithResolvers<void> } | undefined

before(async () => {
  house = await startTestHouse({ aroundBus: withStuckLog })
})
after(() => house?.[Symbol.asyncDispose]())

test('a cancelled reply whose log cannot be read keeps no other from being ended, and none from being told of', async () => {
  const { hub, workerBus } = house
  const mika = await hub.signIn()
  const browser = await hub.connect(mika)
  const dead = Promise.withResolvers<void>()
  const logs = new Map<string, LogWriter>()
  const worker = startScriptedWorker(workerBus, async (request) => {
    logs.set(request.request_id, await beginLog(workerBus, request))
    await dead.promise
    return undefined
  })
  const heard: unknown[] = []
  const hearing = workerBus.subscribe(subjects.anyCancel, ({ body }) => {
    heard.push((decode(body, limits) as { request_id: string }).request_id)
  })
  await hearing.active
  const [first, second] = [newSend('One'), newSend('Two')]
  for (const send of [first, second]) browser.send(send)
  await waitUntil('both are begun', () => logs.size === 2)
  stuck = { subject: subjects.stream(mika.user.id, first.request_id), let: Promise.withResolvers() }
  for (const { request_id } of [first, second]) browser.send({ type: 'chat.cancel', request_id })
  const isEnded = (wanted: { request_id: string }) =>
    browser.next('chat.entry', ({ entry }) => {
      return entry.type === 'done' && entry.request_id === wanted.request_id
    })
  await isEnded(second)
  const before = heard.length
  await waitUntil('it is said again', () => heard.slice(before).includes(first.request_id))
  assert.equal(browser.frames.filter((frame) => frame.type === 'chat.entry').length, 4)
  stuck.let.resolve()
  await isEnded(first)
  dead.resolve()
  hearing.unsubscribe()
  await worker.drain()
  await browser.close()
})

function withStuckLog(bus: Bus): Bus {
  const readEntries: Bus['readEntries'] = async function* (stream, subject, from) {
    if (stuck?.subject === subject) await stuck.let.promise
    yield* bus.readEntries(stream, subject, from)
  }
  return new Proxy(bus, {
    get: (target, name) => (name === 'readEntries' ? readEntries : Reflect.get(target, name)),
  })
}
