import assert from 'node:assert/strict'
import { test } from 'node:test'
import { subjects } from '../../bus/contract/subjects.ts'
import { startTestHouse } from '../../testing/hub/start-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { createModelList } from './models.ts'

test('the models are asked for again after five seconds, also when the clock was set back meanwhile', async (t) => {
  await using house = await startTestHouse()
  let asked = 0
  const worker = house.workerBus.respond(subjects.modelsList, 'chat-workers', async () => {
    asked += 1
    return { models: [{ id: `model-${asked}`, backend: 'ollama' }], backends: [] }
  })
  await worker.active
  await waitUntil('the bus is there', () => house.hub.bus.state === 'connected')
  const passed = t.mock.method(performance, 'now', () => 1_000)
  const models = createModelList(house.hub.bus)
  assert.equal((await models()).models[0]?.id, 'model-1')
  assert.equal((await models()).models[0]?.id, 'model-1')
  t.mock.method(Date, 'now', () => 0)
  passed.mock.mockImplementation(() => 6_001)
  assert.equal((await models()).models[0]?.id, 'model-2')
  t.mock.restoreAll()
  worker.unsubscribe()
})
