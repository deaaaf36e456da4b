import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CodedError } from '../../bus/contract/errors.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import {
  maxBufferedBytes,
  maxCallQuestions,
  maxSpeechBytes,
  speechRetryMs,
} from '../../bus/contract/limits.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Speech, Transcribe, Transcript } from '../../bus/contract/voice.ts'
import type { BrowserSocket } from '../../testing/hub/browser-socket.ts'
import { type SpeechScript, startSpeechWorker } from '../../testing/hub/speech-worker.ts'
import { newSend } from '../../testing/hub/start-house.ts'
import { useTestHouse } from '../../testing/hub/use-test-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

const inUse = useTestHouse()

/** A page in a call, and the worker that answers it. */
async function beginCall(t: TestContext, script: SpeechScript = {}) {
  const worker = await startSpeechWorker(inUse.house.workerBus, script)
  t.after(() => worker.stop())
  const { person, browser } = await inUse.enter()
  const id = uuidv7()
  browser.send({ type: 'call.start', call_id: id })
  await browser.next('call.state')
  return { person, browser, id, worker }
}

const sound = (call_id: string, utterance: number, offset: number, ...bytes: number[]) => ({
  ...{ type: 'call.audio', call_id, utterance, offset },
  data: Uint8Array.from(bytes),
})

const transcribe = (call_id: string, question: number, utterance: number, length: number) => ({
  ...{ type: 'call.transcribe', call_id, question, utterance, length },
})

const say = (call_id: string, question: number, text = 'Hello') => ({
  ...{ type: 'call.say', call_id, question, text },
})

/** An answer that is given when the test says so, and at its end: a bus that closes waits for what is asked. */
function answerLater<Answer>(t: TestContext, answer: Answer) {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const give = () => resolve(answer)
  t.after(give)
  return { promise, give }
}

/** Everything that was sent before it has been handled. */
async function settled(browser: BrowserSocket): Promise<void> {
  browser.send({ type: 'ping', id: 9 })
  await browser.next('pong')
}

const of = (number: number) => (frame: { question: number }) => frame.question === number

test('an utterance becomes its words, in as much of it as is asked for, and text becomes its sound', async (t) => {
  const asked: Transcribe[] = []
  const { person, browser, id } = await beginCall(t, {
    transcribe: async (question) => {
      asked.push(question)
      return { text: 'Good morning' }
    },
  })
  browser.send(sound(id, 0, 0, 1, 2, 3, 4))
  browser.send(sound(id, 0, 2, 3, 4, 5, 6))
  browser.send(transcribe(id, 0, 0, 4))
  assert.equal((await browser.next('call.transcript', of(0))).text, 'Good morning')
  browser.send(transcribe(id, 1, 0, 6))
  await browser.next('call.transcript', of(1))
  assert.partialDeepStrictEqual(asked[1], { user_id: person.user.id, call_id: id, question: 1 })
  assert.deepEqual([...(asked[1]?.audio ?? [])], [1, 2, 3, 4, 5, 6])
  assert.equal(asked[0]?.audio.byteLength, 4)
  browser.send(say(id, 2, 'Hi'))
  assert.deepEqual([...(await browser.next('call.speech', of(2))).audio], [72, 105])
  await browser.close()
})

test('sound that is missing is asked for, and what it was asked for comes after it', async (t) => {
  const { browser, id } = await beginCall(t)
  browser.send(sound(id, 3, 6, 7, 8))
  assert.deepEqual(
    { ...(await browser.next('call.missing')) },
    {
      ...{ type: 'call.missing', call_id: id, utterance: 3, offset: 0 },
    },
  )
  browser.send(sound(id, 3, 8, 9, 10))
  browser.send(sound(id, 3, 0, 1, 2))
  browser.send(transcribe(id, 0, 3, 4))
  assert.equal((await browser.next('call.missing')).offset, 2)
  browser.send(transcribe(id, 0, 4, 4))
  assert.deepEqual((await browser.next('call.missing')).offset, 0)
  browser.send(sound(id, 3, 2, 3, 4))
  browser.send(transcribe(id, 0, 3, 4))
  assert.equal((await browser.next('call.transcript')).text, '4 bytes')
  assert.equal(browser.frames.filter(({ type }) => type === 'call.missing').length, 3)
  browser.send(transcribe(id, 1, 3, 3))
  assert.equal((await browser.next('call.failed', of(1))).code, 'frame_invalid')
  await browser.close()
})

test('a question holds nothing up, and is asked once however often it comes', async (t) => {
  const [begun, answer] = [
    Promise.withResolvers<void>(),
    answerLater<Speech>(t, { audio: new Uint8Array(1) }),
  ]
  let asked = 0
  const { browser, id } = await beginCall(t, {
    say: () => {
      asked += 1
      begun.resolve()
      return answer.promise
    },
  })
  for (let time = 0; time < 3; time += 1) browser.send(say(id, 0))
  await begun.promise
  browser.send(sound(id, 0, 0, 1, 2))
  browser.send(newSend('Meanwhile'))
  await browser.next('chat.accepted')
  browser.send(transcribe(id, 1, 0, 2))
  await browser.next('call.transcript', of(1))
  answer.give()
  await browser.next('call.speech', of(0))
  assert.equal(asked, 1)
  browser.send(say(id, 0))
  await browser.next('call.speech', of(0))
  assert.equal(asked, 2)
  await browser.close()
})

test('a question is asked again when whoever had it says nothing, and the first answer counts', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const [begun, late] = [Promise.withResolvers<void>(), answerLater<Transcript>(t, { text: 'Too late' })]
  const { browser, id, worker } = await beginCall(t, {
    transcribe: () => {
      begun.resolve()
      return late.promise
    },
  })
  browser.send(sound(id, 0, 0, 1, 2))
  browser.send(transcribe(id, 0, 0, 2))
  await begun.promise
  worker.stop()
  const { workerBus } = inUse.house
  await waitUntil('it has gone', () =>
    workerBus.request(subjects.hears, {}).then(
      () => false,
      () => true,
    ),
  )
  // Nobody is there for this one, which is no answer.
  t.mock.timers.tick(speechRetryMs)
  await settled(browser)
  await using _another = await startSpeechWorker(workerBus)
  t.mock.timers.tick(speechRetryMs)
  assert.equal((await browser.next('call.transcript')).text, '2 bytes')
  late.give()
  await settled(browser)
  assert.equal(browser.frames.filter(({ type }) => type === 'call.transcript').length, 1)
  assert.equal(browser.frames.filter(({ type }) => type === 'call.failed').length, 0)
  await browser.close()
})

test('a worker that has too much to do is asked again, and one that fails has said so', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let asked = 0
  const { browser, id } = await beginCall(t, {
    say: async ({ text }) => {
      asked += 1
      if (text === 'Hello' && asked > 1) return { audio: Uint8Array.from([1]) }
      throw new CodedError(text === 'Hello' ? 'queue_full' : 'backend_failed')
    },
    transcribe: async () => ({ words: 'none' }) as unknown as Transcript,
  })
  browser.send(say(id, 0))
  await waitUntil('it is refused for now', () => asked === 1)
  await settled(browser)
  t.mock.timers.tick(speechRetryMs)
  await browser.next('call.speech', of(0))
  browser.send(say(id, 1, 'Broken'))
  const failed = await browser.next('call.failed', of(1))
  assert.deepEqual([failed.call_id, failed.code, failed.retryable], [id, 'backend_failed', true])
  browser.send(sound(id, 0, 0, 1, 2))
  browser.send(transcribe(id, 2, 0, 2))
  assert.equal((await browser.next('call.failed', of(2))).code, 'backend_malformed')
  await browser.close()
})

test('more questions than may wait are refused, each by its number', async (t) => {
  const answer = answerLater<Speech>(t, { audio: new Uint8Array(1) })
  const { browser, id } = await beginCall(t, { say: () => answer.promise })
  for (let number = 0; number <= maxCallQuestions; number += 1) browser.send(say(id, number))
  const failed = await browser.next('call.failed')
  assert.deepEqual([failed.question, failed.code, failed.retryable], [maxCallQuestions, 'queue_full', true])
  answer.give()
  for (let number = 0; number < maxCallQuestions; number += 1) await browser.next('call.speech', of(number))
  await browser.close()
})

test('all the sound of a call may be large, and its socket stays', async (t) => {
  let asked = 0
  const { person, browser, id } = await beginCall(t, {
    say: async ({ question }) => {
      asked += 1
      return { audio: new Uint8Array(maxSpeechBytes).fill(question) }
    },
  })
  assert.ok(2 * maxSpeechBytes > maxBufferedBytes)
  browser.socket.pause()
  for (let number = 0; number < maxCallQuestions; number += 1) browser.send(say(id, number))
  await waitUntil('all of it is asked for', () => asked === maxCallQuestions)
  const send = newSend('Meanwhile')
  browser.send(send)
  await waitUntil('it is accepted', () => inUse.hub.store.requests.find(person.user.id, send.request_id))
  browser.socket.resume()
  for (let number = 0; number < maxCallQuestions; number += 1) {
    const { audio } = await browser.next('call.speech', of(number))
    assert.ok(audio.byteLength === maxSpeechBytes && audio[0] === number)
  }
  await browser.close()
})

test('a socket that closes takes its questions along, and the hub goes on', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let asked = 0
  const late = answerLater<Speech>(t, { audio: new Uint8Array(1) })
  const { person, browser, id } = await beginCall(t, {
    say: () => {
      asked += 1
      return late.promise
    },
  })
  const { hub } = inUse.hub.app
  const others = hub.connectionCount - 1
  browser.send(say(id, 0))
  await waitUntil('it is asked', () => asked === 1)
  await browser.close()
  await waitUntil('the hub has let go of it', () => hub.connectionCount === others)
  t.mock.timers.tick(3 * speechRetryMs)
  late.give()
  const again = await inUse.hub.connect(person)
  again.send({ type: 'call.start', call_id: id })
  await again.next('call.state')
  again.send(say(id, 0))
  await again.next('call.speech')
  assert.equal(asked, 2)
  await again.close()
})

test('a question that comes too fast, or is wrong, is refused by its number', async (t) => {
  const { browser, id } = await beginCall(t)
  browser.send({ ...say(id, 4), text: '' })
  assert.equal((await browser.next('call.failed', of(4))).code, 'frame_invalid')
  browser.send({ ...say(id, -1) })
  assert.equal((await browser.next('error')).request_id, id)
  for (let turn = 0; turn < 60; turn += 1) browser.send({ type: 'ping', id: turn })
  browser.send(say(id, 5))
  assert.equal((await browser.next('call.failed', of(5))).code, 'rate_limited')
  await browser.close()
})
