import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stopMarginMs } from '../../process/stop-margin.ts'
import { describeHomeServices } from './home-services.ts'
import { projectRoot } from './project-root.mjs'

test('hub and worker are killed only after the time at which they end themselves', () => {
  const place = {
    root: projectRoot,
    dataPath: '/nowhere',
    listen: '127.0.0.1:1',
    door: undefined,
    busUrls: undefined,
    showHubLine: () => true,
  }
  const services = describeHomeServices(place, { DRAIN_GRACE: '3s' })
  assert.deepEqual(
    services.map(({ name }) => name),
    ['hub', 'worker'],
  )
  for (const { graceMs = 0 } of services) assert.ok(graceMs > 3_000 + stopMarginMs)
})
