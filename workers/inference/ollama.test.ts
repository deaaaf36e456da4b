import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { ollamaBackend } from './ollama.ts'

/** Takes connections, as a frozen process does, and says nothing. @returns its address. */
async function listenInSilence(t: TestContext): Promise<string> {
  const open = new Set<Socket>()
  const server = createServer((socket) => void open.add(socket.on('error', () => undefined))).listen(
    0,
    '127.0.0.1',
  )
  t.after(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('an Ollama that stays silent when it is asked whether it goes on has not said no', async (t) => {
  const backend = ollamaBackend(await listenInSilence(t))
  const ask = (signal: AbortSignal) =>
    backend.canContinue('counting', { system: '', messages: [] }, 'One, ', signal)
  const { timeout } = AbortSignal
  // Instead of the three minutes that a model may take to load.
  t.mock.method(AbortSignal, 'timeout', () => timeout.call(AbortSignal, 50))
  await assert.rejects(ask(new AbortController().signal), { code: 'backend_stalled' })
  assert.equal(await ask(AbortSignal.abort()), false, 'nobody waits for that answer')
})

test('an Ollama is waited for as long as a load takes only where the model is not loaded', async (t) => {
  const ollama = await startOllamaStandIn()
  t.after(() => ollama.stop())
  const { timeout } = AbortSignal
  const waits: number[] = []
  t.mock.method(AbortSignal, 'timeout', (ms: number) => {
    waits.push(ms)
    return timeout.call(AbortSignal, ms)
  })
  const signal = new AbortController().signal
  const prompt = { system: '', messages: [] }
  const ask = (model: string) => ollamaBackend(ollama.url).canContinue(model, prompt, 'One, ', signal)
  assert.equal(await ask('counting'), true)
  assert.ok((waits.at(-1) ?? 0) >= 60_000, `${waits}`)
  await ollamaBackend(ollama.url).generate(
    { ...prompt, model: 'counting', begun: '', temperature: undefined, maxTokens: 1 },
    signal,
    () => false,
  )
  assert.equal(await ask('counting:latest'), true)
  assert.ok((waits.at(-1) ?? 0) <= 10_000, `${waits}`)
})
