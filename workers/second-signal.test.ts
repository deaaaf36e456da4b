import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startOllamaStandIn } from '../testing/backends/ollama-stand-in.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { openWorkerHouse } from '../testing/workers/worker-house.ts'
import { startWorkerProcess } from '../testing/workers/worker-process.ts'

test('a worker that lets a reply end is ended at once by a second signal', async (t) => {
  const ollama = await startOllamaStandIn()
  t.after(() => ollama.stop())
  await using house = await openWorkerHouse()
  await using worker = await startWorkerProcess({
    NATS_URL: house.nats.url,
    OLLAMA_HOST: ollama.url,
    DRAIN_GRACE: '10m',
  })
  const asked = await house.ask('tokens=endless rate=20')
  await waitUntil('it is being answered', async () => (await house.read(asked)).text !== '')
  worker.signal('SIGTERM')
  await worker.waitForLine(/lets its replies end/)
  worker.signal('SIGTERM')
  assert.deepEqual(await worker.ending, { code: 1, signal: null })
})
