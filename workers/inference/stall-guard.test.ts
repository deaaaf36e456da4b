import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { test } from 'node:test'
import { BackendError, type Hear } from './backend.ts'
import { guardAgainstStalls } from './stall-guard.ts'

const patience = { firstTokenMs: 400, tokenMs: 400 }

/** A model at the other end of a real socket: what it says waits there while this process is frozen. */
async function startModel() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  const [model] = await once(server, 'connection')
  async function generate(signal: AbortSignal, hear: Hear): Promise<void> {
    signal.addEventListener('abort', () => socket.destroy(signal.reason))
    for await (const chunk of socket) hear({ kind: 'text', text: String(chunk) })
  }
  return {
    generate,
    say: (text: string) => model.write(text),
    end: () => model.end(),
    [Symbol.dispose]: () => {
      socket.destroy()
      model.destroy()
      server.close()
    },
  }
}

/** Neither timers nor sockets are seen to, as while a process is stopped. */
const freeze = (forMs: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs)

test('a worker that was frozen for longer than it waits does not blame the model that spoke meanwhile', async () => {
  using model = await startModel()
  const heard: string[] = []
  model.say('one')
  const hear: Hear = (piece) => {
    heard.push(piece.kind === 'text' ? piece.text : piece.kind)
    if (heard.length > 1) model.end()
    else {
      model.say('two')
      freeze(2 * patience.tokenMs)
    }
    return false
  }
  await guardAgainstStalls(model.generate, { patience, signal: new AbortController().signal, hear })
  assert.deepEqual(heard, ['one', 'two'])
})

test('a model that says nothing more is let go of', async () => {
  using model = await startModel()
  model.say('one')
  const { signal } = new AbortController()
  await assert.rejects(
    guardAgainstStalls(model.generate, { patience, signal, hear: () => false }),
    (error: unknown) => error instanceof BackendError && error.code === 'backend_stalled',
  )
})
