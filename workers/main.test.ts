import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startOllamaStandIn } from '../testing/backends/ollama-stand-in.ts'
import { startNatsServer } from '../testing/servers/nats-server.ts'
import { startWorkerProcess } from '../testing/workers/worker-process.ts'

describe('the worker as a process', () => {
  test('ends at once over a variable that it can’t use, and names it', async () => {
    await using worker = await startWorkerProcess({ MAX_CONCURRENT_CHATS: 'many' })
    assert.equal((await worker.ending).code, 1)
    assert.match(worker.lines.join('\n'), /MAX_CONCURRENT_CHATS is "many": it takes a whole number/)
  })

  test('ends when it waited for Ollama in vain', async () => {
    await using worker = await startWorkerProcess({
      OLLAMA_HOST: '127.0.0.1:1',
      OLLAMA_WAIT: 'true',
      OLLAMA_WAIT_TIMEOUT: '300ms',
      OLLAMA_WAIT_INTERVAL: '100ms',
    })
    assert.equal((await worker.ending).code, 1)
    assert.match(
      worker.lines.join('\n'),
      /Ollama does not answer at http:\S+ \(OLLAMA_BASE_URL\) after OLLAMA_WAIT_TIMEOUT/,
    )
  })

  test('takes work after the models it waits for are there, and ends cleanly on SIGTERM', async (context) => {
    const ollama = await startOllamaStandIn({ models: ['counting'] })
    context.after(() => ollama.stop())
    await using nats = await startNatsServer()
    await using worker = await startWorkerProcess({
      NATS_URL: nats.url,
      OLLAMA_HOST: ollama.url,
      OLLAMA_WAIT: 'true',
      OLLAMA_WAIT_INTERVAL: '50ms',
      OLLAMA_WAIT_MODELS: 'counting, late',
      DRAIN_GRACE: '1s',
    })
    await worker.waitForLine(/Waiting for Ollama/)
    assert.ok(!worker.lines.some((line) => line.includes('takes chat requests')))
    ollama.setModels(['counting', 'late'])
    await worker.waitForLine(/takes chat requests/)
    worker.signal('SIGTERM')
    assert.deepEqual(await worker.ending, { code: 0, signal: null })
  })
})
