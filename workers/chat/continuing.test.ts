import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { type OllamaStandIn, startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { countedTo } from '../../testing/workers/counting.ts'
import { type Asked, openWorkerHouse, type WorkerHouse } from '../../testing/workers/worker-house.ts'
import { type Backend, BackendError } from '../inference/backend.ts'
import { ollamaBackend } from '../inference/ollama.ts'

describe('a begun reply that another worker takes over', () => {
  let house: WorkerHouse
  let ollama: OllamaStandIn
  before(async () => {
    ollama = await startOllamaStandIn({ models: [{ name: 'counting', canContinue: true }] })
  })
  beforeEach(async () => {
    house = await openWorkerHouse()
  })
  after(() => ollama.stop())

  /** Left in the middle by a worker that drained. */
  async function leftHalfWay(): Promise<Asked & { text: string }> {
    const { worker } = await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
    await ollama.setFault({ kind: 'stall', afterTokens: 20 }, { requests: 1 })
    const asked = await house.ask('tokens=30')
    await waitUntil('the reply has grown', async () => (await house.read(asked)).text === countedTo(20))
    await worker.drain(0)
    return { ...asked, text: countedTo(20) }
  }

  /** A worker that asks its backend for 300 ms before the claim. */
  const takeOver = (backend: Backend) =>
    house.startWorker({ backends: [backend], config: { firstTokenTimeoutMs: 300 } })

  const starts = async (asked: Asked) =>
    (await house.entries(asked)).filter(
      (entry): entry is LogEntry & { type: 'start' } => entry.type === 'start',
    )
  const isTakenOver = (asked: Asked) =>
    waitUntil('the second worker has claimed it', async () => (await starts(asked)).length === 2)

  async function endsInWhatStood(asked: Asked & { text: string }, code: string): Promise<void> {
    const final = await house.final(asked)
    assert.equal(final.error?.code, code)
    assert.equal(final.content, asked.text)
    const { text, end } = await house.read(asked)
    assert.equal(text, asked.text)
    assert.equal(end?.type === 'error' && end.code, code)
    assert.deepEqual(
      (await starts(asked)).map(({ offset }) => offset),
      [0, asked.text.length],
    )
  }

  /** So whoever comes next, should this worker die before its end, asks that backend whether it goes on. */
  async function isStillOf(asked: Asked, backend: string): Promise<void> {
    const signatures = [...(await starts(asked)), await house.final(asked)]
    assert.deepEqual(
      signatures.map((one) => [one.backend, one.model]),
      [1, 2, 3].map(() => [backend, 'counting:latest']),
    )
  }

  for (const code of ['backend_unavailable', 'model_not_found'] as const) {
    test(`ends in ${code} with its text when that is all its backend says`, async () => {
      await using _ = house
      const asked = await leftHalfWay()
      const fail = () => Promise.reject(new BackendError(code, 'Away', { retryAfterMs: 1 }))
      await takeOver({ ...ollamaBackend(ollama.url), canContinue: fail, generate: fail })
      await endsInWhatStood(asked, code)
    })
  }

  test('is gone on with when its backend comes back only after the claim', async () => {
    await using _ = house
    const asked = await leftHalfWay()
    const backend = ollamaBackend(ollama.url)
    let isAway = true
    const canContinue: Backend['canContinue'] = async (...question) => {
      if (isAway) throw new BackendError('backend_unavailable', 'Away')
      return backend.canContinue(...question)
    }
    await takeOver({ ...backend, canContinue })
    await isTakenOver(asked)
    isAway = false
    assert.equal((await house.final(asked)).content, countedTo(30))
    assert.equal((await house.read(asked)).text, countedTo(30))
  })

  test('ends with its text when its backend comes back and cannot go on', async () => {
    await using _ = house
    const asked = await leftHalfWay()
    let isAway = true
    const canContinue: Backend['canContinue'] = async () => {
      if (isAway) throw new BackendError('backend_unavailable', 'Away')
      return false
    }
    await takeOver({ ...ollamaBackend(ollama.url), canContinue })
    await isTakenOver(asked)
    isAway = false
    await endsInWhatStood(asked, 'backend_unavailable')
  })

  test('ends with its text where the demo alone could answer', async () => {
    await using _ = house
    const asked = await leftHalfWay()
    await house.startWorker()
    await endsInWhatStood(asked, 'backend_unavailable')
    await isStillOf(asked, 'ollama')
  })

  test('ends with its text where nobody could answer', async () => {
    await using _ = house
    const asked = await leftHalfWay()
    await house.startWorker({ choosing: { demoMode: 'off' } })
    await endsInWhatStood(asked, 'backend_unavailable')
    await isStillOf(asked, 'ollama')
  })
})
