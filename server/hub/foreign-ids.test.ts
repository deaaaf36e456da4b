import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decode } from '../../bus/contract/codec.ts'
import { type ClientFrame, clientFrames, type HubFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { Uuid } from '../../bus/contract/wire.ts'
import { idFieldsOf } from '../../testing/attacks/id-fields.ts'
import type { BrowserSocket } from '../../testing/hub/browser-socket.ts'
import { beginLog, type LogWriter, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { type SpeechWorker, startSpeechWorker } from '../../testing/hub/speech-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../testing/hub/start-hub.ts'
import { converse } from '../../testing/pages/open-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

let house: TestHouse
let hub: TestHub
let victim: SignedIn
let victimSocket: BrowserSocket
let worker: { drain(): Promise<void> }
let speech: SpeechWorker
/** The call that the victim is in all the while. */
const call = uuidv7()
/** The reply that is being written for the victim all the while. */
let reply: LogWriter
const ended = Promise.withResolvers<void>()
const cancelled: string[] = []
/** Everything of the victim's that has an id. */
let theirs: readonly string[]
let conversations: readonly string[]

before(async () => {
  const many = { user: 0, premium: 0, admin: 0 }
  const concurrentCalls = { user: 32, premium: 32, admin: 32 }
  house = await startTestHouse({ config: { messagesPerMinute: many, concurrentCalls } })
  speech = await startSpeechWorker(house.workerBus, {
    transcribe: async () => ({ text: 'My secret' }),
    say: async () => ({ audio: new TextEncoder().encode('secret') }),
  })
  hub = house.hub
  victim = await hub.signIn('member')
  worker = startScriptedWorker(house.workerBus, async (request) => {
    if (request.user_id !== victim.user.id) return undefined
    reply = await beginLog(house.workerBus, request)
    await ended.promise
    return undefined
  })
  house.workerBus.subscribe(subjects.cancel(victim.user.id), ({ body }) => {
    const { request_id } = decode(body, { bytes: 1_000, depth: 3, elements: 20 }) as { request_id: string }
    cancelled.push(request_id)
  })
  const said = await converse(hub.store, victim.user, { said: 'A secret of mine', answer: 'A secret answer' })
  victimSocket = await hub.connect(victim)
  const running = newSend('Tell me a secret')
  victimSocket.send(running)
  await waitUntil('the reply is begun', () => reply)
  await reply.say('This is secret ')
  await victimSocket.next('chat.entry', ({ entry }) => entry.type === 'chunk')
  victimSocket.send({ type: 'call.start', call_id: call })
  await victimSocket.next('call.state')
  victimSocket.send(sound(call, 'secret'))
  conversations = [said.conversationId, running.conversation_id]
  theirs = [
    ...[said.conversationId, said.messageId, said.requestId],
    ...[running.request_id, running.conversation_id, running.message_id],
    victim.user.id,
    call,
  ]
})
after(async () => {
  ended.resolve()
  await victimSocket?.close()
  await worker?.drain()
  speech?.stop()
  await house?.[Symbol.asyncDispose]()
})

const sound = (call_id: string, words: string) => ({
  ...{ type: 'call.audio', call_id, utterance: 0, offset: 0 },
  data: new TextEncoder().encode(words),
})

type Attack = (id: string) => object[]

const kinds = ['send', 'edit', 'regenerate'] as const
const sendWith =
  (field: string): Attack =>
  (id) =>
    kinds.map((kind) => {
      const { message, ...send } = newSend('Let me see')
      // What is asked again has its words already.
      return { ...send, ...(kind !== 'regenerate' && { message }), kind, [field]: id }
    })

/** Where somebody may say they stand: at nothing, or in the midst of what the log has. */
const positions = () => [
  { epoch: 0, seq: 0 },
  { epoch: hub.bus.epochOf(streams.log.name), seq: 1 },
]

/** The first frame, with an id of the victim's in each of its fields. */
const hellos: Readonly<Record<string, (id: string) => NonNullable<Parameters<BrowserSocket['hello']>[0]>[]>> =
  {
    client_id: (client_id) => [{ client_id }],
    'resume.request_id': (request_id) =>
      positions().map((position) => ({ resume: [{ request_id, ...position }] })),
  }

/** For each frame, and each field of it that takes an id, what somebody else would send with an id of the victim's. */
const attacks: Readonly<Record<ClientFrame['type'], Readonly<Record<string, Attack>>>> = {
  hello: hellos,
  'chat.send': {
    request_id: sendWith('request_id'),
    conversation_id: sendWith('conversation_id'),
    message_id: sendWith('message_id'),
    parent_id: sendWith('parent_id'),
    companion_id: sendWith('companion_id'),
  },
  'chat.cancel': { request_id: (request_id) => [{ type: 'chat.cancel', request_id }] },
  'chat.resume': {
    request_id: (request_id) =>
      positions().map((position) => ({ type: 'chat.resume', request_id, ...position })),
  },
  'call.start': {
    call_id: (call_id) => [false, true].map((replace) => ({ type: 'call.start', call_id, replace })),
  },
  'call.audio': {
    call_id: (call_id) => [sound(call_id, 'Hi')],
  },
  'call.transcribe': {
    call_id: (call_id) => [{ type: 'call.transcribe', call_id, question: 0, utterance: 0, length: 2 }],
  },
  'call.say': { call_id: (call_id) => [{ type: 'call.say', call_id, question: 0, text: 'What was it?' }] },
  'call.end': { call_id: (call_id) => [{ type: 'call.end', call_id }] },
  ping: {},
}

test('every frame of the protocol, and every id in it, has an attack', () => {
  for (const [type, schema] of Object.entries(clientFrames)) {
    const attacked = Object.keys(attacks[type as ClientFrame['type']] ?? { [`no attack for ${type}`]: '' })
    assert.deepEqual(attacked.sort(), idFieldsOf(schema, Uuid).sort(), type)
  }
})

/** Answers to an attack that tell nothing but that there is nothing, or are about something of the attacker's own. */
const answers = new Set<HubFrame['type']>([
  'welcome',
  'chat.accepted',
  'chat.resumed',
  'chat.changed',
  'call.state',
  'call.failed',
  'pong',
  'error',
])

async function assertNothingGot(socket: BrowserSocket): Promise<void> {
  socket.send({ type: 'ping', id: 7 })
  await socket.next('pong')
  await waitUntil('no replay is under way', () => hub.app.rooms.replays.inside === 0)
  for (const frame of socket.frames) {
    assert.ok(answers.has(frame.type) || (frame.type === 'chat.entry' && !isTheirs(frame)), frame.type)
    assert.doesNotMatch(JSON.stringify(frame), /secret/)
    if (frame.type === 'chat.accepted') assert.ok(!conversations.includes(frame.conversation_id))
    if (frame.type === 'error' || frame.type === 'call.failed')
      assert.match(frame.code, /^(not_found|conflict)$/)
    if (frame.type === 'call.state') assert.notEqual(frame.call_id, call)
    if (frame.type === 'chat.resumed') assert.notEqual(frame.outcome, 'snapshot')
  }
}

const isTheirs = (frame: HubFrame) => theirs.some((id) => JSON.stringify(frame).includes(id))

for (const [type, fields] of Object.entries(attacks).filter(([type]) => type !== 'hello'))
  for (const [field, attack] of Object.entries(fields))
    test(`${type} with another person’s id as ${field} gets nothing of theirs`, async () => {
      // What one test asked with an id of theirs is no other's.
      const attacker = await hub.signIn('member')
      for (const id of theirs) {
        const socket = await hub.connect(attacker)
        for (const frame of attack(id)) socket.send(frame)
        await assertNothingGot(socket)
        await socket.close()
      }
    })

for (const [field, attack] of Object.entries(hellos))
  test(`hello with another person’s id as ${field} gets nothing of theirs`, async () => {
    const attacker = await hub.signIn('member')
    for (const hello of theirs.flatMap(attack)) {
      const socket = await hub.connect(attacker, hello)
      if (hello.resume) await socket.next('chat.resumed')
      await assertNothingGot(socket)
      await socket.close()
    }
  })

test('after all of that the victim’s conversations are as they were, and the reply goes on', async () => {
  assert.deepEqual(cancelled, [])
  const path = await hub.store.conversations.path(victim.user.id, conversations[0] ?? '', { limit: 50 })
  assert.deepEqual(
    path?.items.map(({ content }) => content),
    ['A secret of mine', 'A secret answer'],
  )
  const { items } = await hub.store.conversations.list(victim.user.id, { limit: 50 })
  assert.equal(items.length, 2)
  victimSocket.send({ type: 'call.transcribe', call_id: call, question: 0, utterance: 0, length: 6 })
  assert.equal((await victimSocket.next('call.transcript')).text, 'My secret')
  assert.equal(victimSocket.frames.filter(({ type }) => type === 'call.state').length, 1)
  assert.deepEqual(await hub.store.calls.renew([call], Date.now()), [call])
  await reply.say('to the end')
  await reply.finish()
  ended.resolve()
  await victimSocket.next('chat.entry', ({ entry }) => entry.type === 'done')
})
