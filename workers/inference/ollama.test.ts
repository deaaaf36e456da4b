import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
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
