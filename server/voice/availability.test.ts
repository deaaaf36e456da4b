import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodedError } from '../../bus/contract/errors.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { createVoiceLook } from './availability.ts'

test('what was known last holds while the bus is away, and a hub that knows nothing offers calls', async (t) => {
  let nowMs = 0
  t.mock.method(performance, 'now', () => nowMs)
  let isThere = false
  let asked = 0
  const bus: { state: Bus['state']; request: Bus['request'] } = {
    state: 'connecting',
    request: async () => {
      asked += 1
      if (!isThere) throw new CodedError('bus_unavailable')
      return {}
    },
  }
  const look = createVoiceLook(bus)
  assert.equal(await look(), true)
  assert.equal(asked, 0)
  bus.state = 'connected'
  assert.equal(await look(), false)
  bus.state = 'connecting'
  assert.equal(await look(), false)
  bus.state = 'connected'
  isThere = true
  nowMs = 900
  assert.equal(await look(), false)
  assert.equal(asked, 2)
  nowMs = 1_100
  assert.equal(await look(), true)
  isThere = false
  nowMs = 6_000
  assert.equal(await look(), true)
  assert.equal(asked, 4)
  nowMs = 6_200
  assert.equal(await look(), false)
})
