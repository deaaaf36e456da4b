import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { voiceSampleRateHz } from '../../bus/contract/limits.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { type SpeechServer, startSpeechServer } from '../../testing/backends/speech-server.ts'
import { toneSpeech } from '../../testing/backends/tone-speech.ts'
import { readWav } from '../../testing/backends/wav.ts'
import { openReadyBus } from '../../testing/bus/open-bus.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { openWorkerHouse, type WorkerHouse } from '../../testing/workers/worker-house.ts'
import { readWorkerConfig } from '../config.ts'
import type { Speech } from '../inference/speech.ts'
import { speechOf } from '../open-speech.ts'
import { serveSpeech } from './serve.ts'

const phrases = ['Good morning', 'What is the time?']
const tones = toneSpeech(phrases)

describe('a worker that hears and speaks', () => {
  let server: SpeechServer
  let house: WorkerHouse
  before(async () => {
    server = await startSpeechServer({ phrases })
    house = await openWorkerHouse()
    await house.startWorker({ speech: speechAt(server), config: { maxConcurrentSpeech: 2 } })
    await waitUntil('it can be asked', () => can(house.bus))
  })
  beforeEach(() => server.setFault(undefined))
  after(async () => {
    await house[Symbol.asyncDispose]()
    await server.stop()
  })

  const pause = () => server.setFault({ kind: 'pause', afterTokens: 0 })
  const askedTimes = () => server.requests.length

  test('writes down what is said, and says what is written', async () => {
    assert.deepEqual(await house.bus.request(...hear('What is the time?')), { text: 'What is the time?' })
    assert.equal(wordsOf(await house.bus.request(...say('Good morning'))), 'Good morning')
  })

  test('does the work of a question once, however often it is asked while it lasts', async () => {
    await pause()
    const before = askedTimes()
    const [heard, said] = [hear('Good morning'), say('Good morning')]
    const first = [house.bus.request(...heard), house.bus.request(...said)]
    await waitUntil('both are being worked on', () => server.openCount() === 2)
    const again = [house.bus.request(...heard), house.bus.request(...said)]
    // What is asked after them is answered after them: they have been heard by then.
    await house.bus.request(subjects.hears, {})
    await house.bus.request(subjects.speaks, {})
    await server.setFault(undefined)
    for (const [words, sound] of [await Promise.all(first), await Promise.all(again)]) {
      assert.deepEqual(words, { text: 'Good morning' })
      assert.equal(wordsOf(sound), 'Good morning')
    }
    assert.equal(askedTimes() - before, 2)
  })

  test('takes a question of another person, call or number for another', async () => {
    const [, question] = say('Good morning')
    const others = [{ user_id: uuidv7() }, { call_id: uuidv7() }, { question: 1 }]
    for (const other of others) {
      await pause()
      const asked = [question, { ...question, ...other }].map((one) =>
        house.bus.request(subjects.say(one.user_id), one),
      )
      await waitUntil('both are being worked on', () => server.openCount() === 2)
      await server.setFault(undefined)
      await Promise.all(asked)
    }
  })

  test('refuses what is past its slots of one kind, and has those of the other', async () => {
    await pause()
    const running = [house.bus.request(...say('One')), house.bus.request(...say('Two'))]
    await waitUntil('both are being worked on', () => server.openCount() === 2)
    await assert.rejects(house.bus.request(...say('Three')), { code: 'queue_full' })
    const heard = house.bus.request(...hear('Good morning'))
    await waitUntil('it hears beside that', () => server.openCount() === 3)
    await server.setFault(undefined)
    await Promise.all([...running, heard])
  })

  test('tells whoever asked what went wrong, and answers the next', async () => {
    await server.setFault({ kind: 'status', status: 503, message: 'loading model' }, { requests: 1 })
    await assert.rejects(house.bus.request(...say('Good morning')), {
      code: 'backend_unavailable',
      detail: 'The text-to-speech server cannot be reached just now',
    })
    await house.bus.request(...say('Good morning'))
  })

  test('refuses a question that is none', async () => {
    const [subject, question] = say('Good morning')
    for (const text of ['', 'x'.repeat(401)])
      await assert.rejects(house.bus.request(subject, { ...question, text }), { code: 'request_invalid' })
  })
})

test('one worker may hear and another one speak: each is asked what it can', async () => {
  const server = await startSpeechServer({ phrases })
  await using house = await openWorkerHouse()
  const { hears, speaks } = speechAt(server)
  await assert.rejects(house.bus.request(subjects.hears, {}), { code: 'bus_unavailable' })
  await house.startWorker({ speech: { hears } })
  await waitUntil('somebody hears', () => house.bus.request(subjects.hears, {}))
  for (const [subject, question] of [[subjects.speaks, {}], say('Good morning')] as const)
    await assert.rejects(house.bus.request(subject, question), { code: 'bus_unavailable' })
  await house.startWorker({ speech: { speaks } })
  await waitUntil('both can be asked', () => can(house.bus))
  for (let times = 0; times < 10; times += 1) {
    await house.bus.request(...hear('Good morning'))
    await house.bus.request(...say('Good morning'))
  }
  await server.stop()
})

test('a worker that drains answers what it has, takes nothing new, and lets go of what lasts too long', async () => {
  const server = await startSpeechServer({ phrases })
  await using house = await openWorkerHouse()
  const first = await house.startWorker({ speech: speechAt(server) })
  await waitUntil('it can be asked', () => can(house.bus))
  await server.setFault({ kind: 'pause', afterTokens: 0 })
  const running = house.bus.request(...say('Good morning'))
  await waitUntil('it is being worked on', () => server.openCount() === 1)
  const drained = first.worker.drain(60_000)
  await waitUntil('nobody is there for what is new', () =>
    house.bus.request(subjects.speaks, {}).then(
      () => false,
      () => true,
    ),
  )
  await server.setFault(undefined)
  await drained
  assert.ok(await running)

  const second = await house.startWorker({ speech: speechAt(server) })
  await waitUntil('the next can be asked', () => can(house.bus))
  await server.setFault({ kind: 'stall', afterTokens: 0 })
  const lasting = house.bus.request(...hear('Good morning'), { timeoutMs: 60_000 })
  await waitUntil('it is being worked on', () => server.openCount() === 1)
  await second.worker.drain(50)
  await assert.rejects(lasting, { code: 'queue_full' })
  await waitUntil('the backend is let go of', () => server.openCount() === 0)
  await server.stop()
})

test('a server that goes away and comes back is told once each, with where it is and without a word', async (t) => {
  const server = await startSpeechServer({ phrases })
  t.after(() => server.stop())
  await using house = await openWorkerHouse()
  const { bus } = await openReadyBus(t, house.nats.url, { role: 'worker' })
  const logged: object[] = []
  const log = (level: string, message: string, fields: object) => void logged.push({ level, message, fields })
  serveSpeech({ bus, speech: speechAt(server), slots: 4, log })
  await waitUntil('it can be asked', () => can(house.bus))
  await server.setFault({ kind: 'status', status: 500, message: 'cannot say "Good morning"' })
  for (let times = 0; times < 3; times += 1) await assert.rejects(house.bus.request(...say('Good morning')))
  await server.setFault(undefined)
  for (let times = 0; times < 3; times += 1) await house.bus.request(...say('Good morning'))
  const place = { backend: 'text-to-speech', address: server.baseUrl, variable: 'TEXT_TO_SPEECH_URL' }
  const reason = 'The model backend "text-to-speech" failed (500)'
  assert.deepEqual(logged, [
    {
      level: 'warn',
      message: 'A speech server cannot be used',
      fields: { ...place, code: 'backend_failed', reason },
    },
    { level: 'info', message: 'A speech server can be used again', fields: place },
  ])
})

const speechAt = ({ baseUrl }: SpeechServer): Speech =>
  speechOf(readWorkerConfig({ SPEECH_TO_TEXT_URL: baseUrl, TEXT_TO_SPEECH_URL: baseUrl }))

const can = async (bus: Bus): Promise<boolean> => {
  await Promise.all([bus.request(subjects.hears, {}), bus.request(subjects.speaks, {})])
  return true
}

const wordsOf = (answer: unknown): string => tones.wordsIn(readWav((answer as { audio: Uint8Array }).audio))

/** A question of somebody new. */
const asker = () => ({ user_id: uuidv7(), call_id: uuidv7(), question: 0 })

function hear(phrase: string) {
  const { samples } = tones.soundOf([phrase], voiceSampleRateHz)
  const question = { ...asker(), audio: new Uint8Array(samples.buffer) }
  return [subjects.transcribe(question.user_id), question] as const
}

function say(text: string) {
  const question = { ...asker(), text }
  return [subjects.say(question.user_id), question] as const
}
