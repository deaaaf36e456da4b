import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startOllamaStandIn } from '../testing/backends/ollama-stand-in.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { countedTo } from '../testing/workers/counting.ts'
import { openWorkerHouse } from '../testing/workers/worker-house.ts'
import { startWorkerProcess } from '../testing/workers/worker-process.ts'

test('a worker that is told to go takes nothing new, ends what it can, hands over the rest, and leaves', async (t) => {
  const ollama = await startOllamaStandIn()
  t.after(() => ollama.stop())
  await using house = await openWorkerHouse()
  await using worker = await startWorkerProcess({
    NATS_URL: house.nats.url,
    OLLAMA_HOST: ollama.url,
    DRAIN_GRACE: '3s',
  })
  // Neither is over before the worker is told to go.
  await ollama.setFault({ kind: 'pause', afterTokens: 30 })
  const [short, endless] = [await house.ask('tokens=40 rate=40'), await house.ask('tokens=endless rate=20')]
  for (const asked of [short, endless])
    await waitUntil('it is being answered', async () => (await house.read(asked)).text !== '')
  worker.signal('SIGTERM')
  await worker.waitForLine(/lets its replies end/)
  const late = await house.ask('tokens=3')
  await ollama.setFault(undefined)
  const final = await house.final(short)
  assert.deepEqual([final.content, final.finish_reason], [countedTo(40), 'stop'])
  assert.equal(worker.ended(), undefined)
  assert.deepEqual(await worker.ending, { code: 0, signal: null })
  const [last, taken] = [(await house.entries(endless)).at(-1), await house.entries(late)]
  assert.ok(last?.type === 'beat' && last.released)
  assert.deepEqual(taken, [])
  // Whoever comes next finds both at once.
  await using next = await startWorkerProcess({ NATS_URL: house.nats.url, OLLAMA_HOST: ollama.url })
  await waitUntil('the late one is answered', async () => (await house.read(late)).end !== undefined)
  const attempts = async () =>
    (await house.entries(endless)).some(({ type, attempt }) => type === 'chunk' && attempt === 2)
  await waitUntil('the handed over one goes on', attempts)
  next.signal('SIGKILL')
})
