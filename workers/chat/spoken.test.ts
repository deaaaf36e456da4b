import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { openWorkerHouse } from '../../testing/workers/worker-house.ts'
import { ollamaBackend } from '../inference/ollama.ts'

test('a model that is asked in a call learns that its answer is heard, and no other does', async (t) => {
  const ollama = await startOllamaStandIn({ models: ['counting'] })
  t.after(() => ollama.stop())
  await using house = await openWorkerHouse()
  await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
  const systemOf = async (speak: boolean) => {
    await house.final(await house.ask('tokens=3', { speak }))
    const body = ollama.requests.findLast(({ path }) => path === '/api/chat')?.body
    return (body as { messages: { role: string; content: string }[] }).messages[0]
  }
  assert.deepEqual(await systemOf(false), { role: 'system', content: 'You are kind.' })
  const spoken = await systemOf(true)
  assert.equal(spoken?.role, 'system')
  assert.match(spoken.content, /^You are kind\.\n\nYou are speaking with this person on a call\./)
})
