import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openWorkerHouse, type WorkerHouse } from '../../testing/workers/worker-house.ts'
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
