import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodedError } from '../../bus/contract/errors.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { speechTimeoutMs } from '../../bus/contract/limits.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { openBus } from '../../testing/bus/open-bus.ts'
import { startSpeechWorker } from '../../testing/hub/speech-worker.ts'
import { startNatsServer } from '../../testing/servers/nats-server.ts'
import { askSpeech } from './ask-speech.ts'

const user = uuidv7()
const asked = {
  subject: subjects.say(user),
  body: { user_id: user, call_id: uuidv7(), question: 0, text: 'Hi' },
}

test('a question that comes while the bus is away is asked as soon as it is there', async (t) => {
  const server = await startNatsServer()
  t.after(() => server.stop())
  await server.kill()
  const [{ bus }, { bus: workerBus }] = [openBus(t, server.url), openBus(t, server.url)]
  // No second asking: what asks is the bus that comes.
  t.mock.timers.enable({ apis: ['setInterval'] })
  const worker = startSpeechWorker(workerBus)
  const there = Promise.withResolvers<void>()
  const waiting: Pick<typeof bus, 'state' | 'request' | 'onConnect'> = {
    get state() {
      return bus.state
    },
    request: async (...question) => {
      await there.promise
      return bus.request(...question)
    },
    onConnect: bus.onConnect,
  }
  const answer = askSpeech(waiting, asked, new AbortController().signal)
  await server.restart()
  const { stop } = await worker
  there.resolve()
  assert.deepEqual(await answer, { audio: Buffer.from('Hi') })
  stop()
})

test('nobody who answers within a minute is bus_unavailable, and asking ends with the wait for it', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  let times = 0
  let listeners = 0
  const silent = {
    state: 'connected' as const,
    request: async () => {
      times += 1
      throw new CodedError('bus_unavailable')
    },
    onConnect: () => {
      listeners += 1
      return () => {
        listeners -= 1
      }
    },
  }
  const late = askSpeech(silent, asked, new AbortController().signal)
  const refused = assert.rejects(late, { code: 'bus_unavailable', detail: 'Nobody answered' })
  t.mock.timers.tick(speechTimeoutMs)
  await refused
  assert.equal(times, 5, 'at 0, 3, 9, 21 and 45 seconds')
  const leaving = new AbortController()
  const left = askSpeech(silent, asked, leaving.signal)
  leaving.abort()
  await assert.rejects(left, { name: 'AbortError' })
  const soFar = times
  t.mock.timers.tick(speechTimeoutMs)
  assert.deepEqual([times, listeners], [soFar, 0])
})
