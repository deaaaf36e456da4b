import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ChatRequest } from '../../bus/contract/chat.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { encodeBody } from '../../bus/nats/body.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import {
  type Asked,
  newRequest,
  openWorkerHouse,
  type WorkerHouse,
} from '../../testing/workers/worker-house.ts'
import { demoAnswer } from '../inference/demo-answer.ts'

describe('a chat request', () => {
  let house: WorkerHouse
  before(async () => {
    house = await openWorkerHouse()
    await house.startWorker()
  })
  after(() => house[Symbol.asyncDispose]())

  test('is answered once and whole by the demo, when there is no backend', async () => {
    const asked = await house.ask('Hello there, who are you?')
    const final = await house.final(asked)
    const reader = await house.read(asked)
    const expected = demoAnswer({ messages: [{ role: 'user', content: 'Hello there, who are you?' }] })
    assert.equal(final.content, expected)
    assert.equal(reader.text, expected)
    assert.equal(reader.end?.type, 'done')
    assert.equal(final.finish_reason, 'stop')
    assert.equal(final.backend, 'demo')
    assert.equal(house.finals(asked).length, 1)
  })
})

describe('a greeting', () => {
  let house: WorkerHouse
  before(async () => {
    house = await openWorkerHouse()
    house.history = () => ({ messages: [] })
    await house.startWorker()
  })
  after(() => house[Symbol.asyncDispose]())

  /** On the subject of a greeting of this request. */
  async function greet(
    request: ChatRequest,
    subjectOf = request.request_id,
  ): Promise<Asked & { seq: number }> {
    const { user_id, request_id } = request
    const messageId = `${user_id}.${request_id}.0`
    const subject = subjects.greeting(user_id, subjectOf)
    const published = await house.bus.publish(subject, encodeBody(request), { messageId })
    assert.ok(published.outcome === 'stored')
    return { request, subject: subjects.stream(user_id, request_id), seq: published.seq }
  }

  function newGreeting(): ChatRequest {
    const request = newRequest()
    return { ...request, kind: 'greeting', message_id: request.request_id }
  }

  test('is written without anything said before it', async () => {
    const asked = await greet(newGreeting())
    const final = await house.final(asked)
    assert.match(final.content, /^Welcome back! I am the \*\*demo\*\*/)
    assert.equal((await house.read(asked)).text, final.content)
  })

  test('is written as well when an older hub sends it again among messages', async () => {
    const asked = await house.ask('', newGreeting())
    assert.match((await house.final(asked)).content, /^Welcome back!/)
  })

  test('is written by nobody on a subject that is not its own, and neither is a message there', async () => {
    const wrong = [await greet(newGreeting(), uuidv7()), await greet(newRequest())]
    for (const { seq } of wrong)
      await waitUntil('it is dropped', async () => !(await house.bus.holds(streams.chat.name, seq)))
    for (const asked of wrong) assert.deepEqual(await house.entries(asked), [])
  })
})
