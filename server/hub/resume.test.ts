import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ChatRequest } from '../../bus/contract/chat.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { startBreakableLink } from '../../testing/hub/breakable-link.ts'
import type { BrowserSocket } from '../../testing/hub/browser-socket.ts'
import { beginLog, type LogWriter, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import { type SignedIn, startTestHub, type TestHub } from '../../testing/hub/start-hub.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

let house: TestHouse
let hub: TestHub
let worker: { drain(): Promise<void> }
/** Logs that stay open until a test ends them, by request. */
const logs = new Map<string, { writer: LogWriter; ended: PromiseWithResolvers<void> }>()

before(async () => {
  house = await startTestHouse()
  hub = house.hub
  worker = startScriptedWorker(house.workerBus, async (request: ChatRequest) => {
    const ended = Promise.withResolvers<void>()
    logs.set(request.request_id, { writer: await beginLog(house.workerBus, request), ended })
    await ended.promise
    return undefined
  })
})
after(async () => {
  for (const { ended } of logs.values()) ended.resolve()
  await worker?.drain()
  await house?.[Symbol.asyncDispose]()
})

/** Sends a message and waits until a worker began its reply. */
async function beginReply(browser: BrowserSocket) {
  const send = newSend('Tell me')
  browser.send(send)
  const { writer, ended } = await waitUntil('the reply is begun', () => logs.get(send.request_id))
  const finish = async () => {
    await writer.finish()
    ended.resolve()
  }
  return { send, writer, finish }
}

const textIn = (browser: BrowserSocket) =>
  browser.frames
    .filter((frame) => frame.type === 'chat.entry')
    .map(({ entry }) => (entry.type === 'chunk' ? entry.content : `<${entry.type}>`))

const lastPosition = (browser: BrowserSocket) => {
  const last = browser.frames.findLast((frame) => frame.type === 'chat.entry')
  assert.ok(last)
  return { epoch: last.epoch, seq: last.seq }
}

/** A person with a socket that has seen the first word of a reply. */
async function halfWay(): Promise<
  { mika: SignedIn; first: BrowserSocket } & Awaited<ReturnType<typeof beginReply>>
> {
  const mika = await hub.signIn()
  const first = await hub.connect(mika)
  const begun = await beginReply(first)
  await begun.writer.say('one ')
  await first.next('chat.entry', ({ entry }) => entry.type === 'chunk')
  return { mika, first, ...begun }
}

test('a browser that comes back goes on where it was, without a word twice', async () => {
  const { mika, first, send, writer, finish } = await halfWay()
  const position = lastPosition(first)
  await first.close()
  await writer.say('two ')
  const again = await hub.connect(mika, { resume: [{ request_id: send.request_id, ...position }] })
  assert.equal((await again.next('chat.resumed')).outcome, 'continued')
  await writer.say('three')
  await finish()
  await again.next('chat.entry', ({ entry }) => entry.type === 'done')
  assert.deepEqual(textIn(again), ['two ', 'three', '<done>'])
  await again.close()
})

test('a browser that comes back to another hub goes on there', async () => {
  const { mika, first, send, writer, finish } = await halfWay()
  const other = await startTestHub({
    natsUrl: house.nats.url,
    databaseUrl: hub.databaseUrl,
  })
  const position = lastPosition(first)
  await first.close()
  await writer.say('two ')
  const again = await other.connect(mika, { resume: [{ request_id: send.request_id, ...position }] })
  assert.equal((await again.next('chat.resumed')).outcome, 'continued')
  await finish()
  await again.next('chat.entry', ({ entry }) => entry.type === 'done')
  assert.deepEqual(textIn(again), ['two ', '<done>'])
  await other.stop()
})

test('a new tab gets a running reply from its beginning, then live', async () => {
  const { mika, first, send, writer, finish } = await halfWay()
  const tab = await hub.connect(mika)
  tab.send({ type: 'chat.resume', request_id: send.request_id, epoch: 0, seq: 0 })
  assert.equal((await tab.next('chat.resumed')).outcome, 'snapshot')
  await writer.say('two')
  await finish()
  for (const browser of [tab, first]) {
    await browser.next('chat.entry', ({ entry }) => entry.type === 'done')
    assert.deepEqual(textIn(browser), ['<start>', 'one ', 'two', '<done>'])
    await browser.close()
  }
})

test('a position of another epoch is answered with a snapshot', async () => {
  const { mika, first, send, finish } = await halfWay()
  const { seq } = lastPosition(first)
  const tab = await hub.connect(mika, { resume: [{ request_id: send.request_id, epoch: 1, seq }] })
  assert.equal((await tab.next('chat.resumed')).outcome, 'snapshot')
  await finish()
  await tab.next('chat.entry', ({ entry }) => entry.type === 'done')
  assert.deepEqual(textIn(tab), ['<start>', 'one ', '<done>'])
  await Promise.all([first.close(), tab.close()])
})

test('a reply that nobody has begun is resumed with an empty snapshot, and followed', async () => {
  const { mika, first, send, finish } = await halfWay()
  const second = newSend('And then?', { conversation_id: send.conversation_id, parent_id: send.request_id })
  first.send(second)
  await first.next('chat.accepted', ({ state }) => state === 'waiting')
  const tab = await hub.connect(mika, { resume: [{ request_id: second.request_id, epoch: 0, seq: 0 }] })
  assert.equal((await tab.next('chat.resumed')).outcome, 'snapshot')
  await finish()
  const { writer, ended } = await waitUntil('the second is begun', () => logs.get(second.request_id))
  await writer.say('Then it rained.')
  await tab.next(
    'chat.entry',
    ({ entry }) => entry.type === 'chunk' && entry.request_id === second.request_id,
  )
  ended.resolve()
  await Promise.all([first.close(), tab.close()])
})

test('a reply whose log is gone, or was never there, is lost', async () => {
  const { mika, first, send, finish } = await halfWay()
  const position = lastPosition(first)
  await finish()
  await first.next('chat.changed', ({ kind }) => kind === 'stored')
  await hub.bus.purge('AI_CHAT_STREAM', `ai.chat.response.stream.${mika.user.id}.${send.request_id}`)
  const resume = [
    { request_id: send.request_id, ...position },
    { request_id: uuidv7(), epoch: 0, seq: 0 },
  ]
  const tab = await hub.connect(mika, { resume })
  assert.equal((await tab.next('chat.resumed')).outcome, 'lost')
  assert.equal((await tab.next('chat.resumed')).outcome, 'lost')
  await Promise.all([first.close(), tab.close()])
})

test('a reply whose log begins with what no process can read is lost', async () => {
  const mika = await hub.signIn()
  const request_id = uuidv7()
  const body = new Uint8Array([0xc1])
  await house.workerBus.publish(subjects.stream(mika.user.id, request_id), body, { messageId: request_id })
  const tab = await hub.connect(mika, { resume: [{ request_id, epoch: 0, seq: 0 }] })
  assert.equal((await tab.next('chat.resumed')).outcome, 'lost')
  await tab.close()
})

test('another person’s reply is lost to everybody else', async () => {
  const { first, send, finish } = await halfWay()
  const position = lastPosition(first)
  const other = await hub.connect(await hub.signIn(), {
    resume: [{ request_id: send.request_id, ...position }],
  })
  await other.next('chat.resumed', ({ outcome }) => outcome !== 'snapshot')
  await finish()
  await first.next('chat.entry', ({ entry }) => entry.type === 'done')
  assert.deepEqual(textIn(other), [])
  await Promise.all([first.close(), other.close()])
})

test('a hub whose connection to the bus broke passes on what it missed, in order and once', async () => {
  await using link = await startBreakableLink(house.nats.port)
  const natsUrl = house.nats.url.replace(String(house.nats.port), String(link.port))
  await using far = await startTestHub({ natsUrl })
  const browser = await far.connect(await far.signIn())
  const { writer, finish } = await beginReply(browser)
  await writer.say('one ')
  await browser.next('chat.entry', ({ entry }) => entry.type === 'chunk')
  link.break()
  for (const word of ['two ', 'three ', 'four ']) await writer.say(word)
  link.mend()
  await browser.next('chat.entry', ({ entry }) => entry.type === 'chunk' && entry.content === 'four ')
  await writer.say('five')
  await finish()
  await browser.next('chat.entry', ({ entry }) => entry.type === 'done')
  assert.deepEqual(textIn(browser), ['<start>', 'one ', 'two ', 'three ', 'four ', 'five', '<done>'])
  await browser.close()
})
