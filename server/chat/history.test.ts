import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxBusBytes } from '../../bus/contract/limits.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { startTestHouse } from '../../testing/hub/start-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import type { RequestHistory, Store } from '../store/store.ts'

const tooLarge: RequestHistory = {
  state: 'published',
  cancelRequested: false,
  isStored: false,
  conversationId: uuidv7(),
  isGreeting: false,
  systemPrompt: null,
  options: {},
  messages: [{ role: 'user', content: 'x'.repeat(maxBusBytes) }],
}

test('a message that is too large for the bus at any budget is refused after a bounded number of looks', async () => {
  const budgets: number[] = []
  const around = (store: Store): Store => ({
    ...store,
    requests: {
      ...store.requests,
      history: async (_userId, _requestId, budget) => {
        budgets.push(budget)
        return tooLarge
      },
    },
  })
  await using house = await startTestHouse({ around })
  await waitUntil('the hub answers', () => house.hub.bus.state === 'connected')
  const asked = { user_id: uuidv7(), request_id: uuidv7(), budget: 1_000 }
  await assert.rejects(house.workerBus.request(subjects.historyGet, asked), { code: 'frame_too_large' })
  assert.deepEqual([budgets[0], budgets.at(-1)], [1_000, 0])
  assert.ok(budgets.length <= 12)
})
