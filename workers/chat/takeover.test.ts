import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { writerLeaseMs } from '../../bus/contract/limits.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { countedTo } from '../../testing/workers/counting.ts'
import { openWorkerScene } from '../../testing/workers/worker-scene.ts'
import { type Backend, BackendError } from '../inference/backend.ts'
import { ollamaBackend } from '../inference/ollama.ts'

// They wait for leases more than they work, each on a bus and a model server of its own.
describe('a reply in the making', { concurrency: 4 }, () => {
  test('is gone on with by another worker when its own is killed', async () => {
    await using scene = await openWorkerScene()
    const { house, ollama } = scene
    const first = await scene.startProcess()
    await scene.pausesAt(100)
    const asked = await house.ask('tokens=150 rate=50')
    await scene.hasGrownTo(asked, 20)
    await first.stop({ signal: 'SIGKILL' })
    await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
    const final = await house.final(asked)
    assert.equal(final.content, countedTo(150))
    assert.equal((await house.read(asked)).text, countedTo(150))
    assert.equal(final.attempt, 2)
    const [, second] = await scene.attempts(asked)
    assert.ok(second !== undefined && second.offset > 0)
    const { first_token_ms = Infinity, duration_ms, tokens_per_second } = final.timings
    assert.ok(
      first_token_ms + writerLeaseMs <= duration_ms,
      'the whole time counts, from the first attempt on',
    )
    assert.equal(tokens_per_second, undefined, 'nobody knows how fast both together were')
    assert.deepEqual(final.usage, {}, 'nobody counted the tokens of both')
  })

  test('is begun anew by another worker when its model cannot go on', async () => {
    await using scene = await openWorkerScene({ canContinue: false })
    const { house, ollama } = scene
    const first = await scene.startProcess()
    await scene.pausesAt(40)
    const asked = await house.ask('tokens=60 rate=30')
    await scene.hasGrownTo(asked, 10)
    await first.stop({ signal: 'SIGKILL' })
    await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
    const final = await house.final(asked)
    assert.equal(final.content, countedTo(60))
    assert.equal((await house.read(asked)).text, countedTo(60))
    assert.equal((await scene.attempts(asked))[1]?.offset, 0)
    assert.equal(final.usage.completion_tokens, 60)
    const { first_token_ms = 0, tokens_per_second = 0 } = final.timings
    assert.ok(first_token_ms >= writerLeaseMs, 'the answer that stands began with the second attempt')
    assert.ok(tokens_per_second > 0)
  })

  test('stays with the second worker when the first, frozen past its lease, wakes up', async () => {
    await using scene = await openWorkerScene()
    const { house, ollama } = scene
    await using first = await scene.startProcess()
    const asked = await house.ask('tokens=250 rate=50')
    await scene.hasGrownTo(asked, 20)
    first.signal('SIGSTOP')
    await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
    await waitUntil('the second worker has begun', async () => (await scene.attempts(asked)).length === 2)
    first.signal('SIGCONT')
    await first.waitForLine(/is left to another worker/)
    const final = await house.final(asked)
    assert.equal(final.content, countedTo(250))
    assert.equal((await house.read(asked)).text, countedTo(250))
    const entries = await house.entries(asked)
    const takenAt = entries.findIndex((entry) => entry.type === 'start' && entry.attempt === 2)
    assert.ok(entries.slice(takenAt).every((entry) => entry.attempt === 2))
    assert.equal(house.finals(asked).length, 1)
  })

  test('is whole when the bus restarts in the middle of it', async () => {
    await using scene = await openWorkerScene()
    const { house, ollama } = scene
    await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
    const asked = await house.ask('tokens=120 rate=60')
    await scene.hasGrownTo(asked, 20)
    await house.nats.kill()
    await house.nats.restart()
    const final = await house.final(asked)
    assert.equal(final.content, countedTo(120))
    assert.equal((await house.read(asked)).text, countedTo(120))
    assert.equal(final.attempt, 1)
  })

  test('is answered although its log begins with what is no entry', async () => {
    await using scene = await openWorkerScene()
    const { house, ollama } = scene
    const request = { user_id: uuidv7(), request_id: uuidv7() }
    const body = new Uint8Array([0xc1])
    await house.bus.publish(subjects.stream(request.user_id, request.request_id), body, {
      messageId: request.request_id,
    })
    const asked = await house.ask('tokens=3', request)
    await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
    assert.equal((await house.final(asked)).content, countedTo(3))
  })

  test('stops when the bus lost it, and is begun anew when it is asked for again', async () => {
    await using scene = await openWorkerScene()
    const { house, ollama } = scene
    const abortedBefore = ollama.abortedCount()
    await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
    const asked = await house.ask('tokens=400 rate=40')
    await scene.hasGrownTo(asked, 20)
    await house.nats.restart({ wipe: true })
    await waitUntil('the worker lets go of its backend', () => ollama.abortedCount() > abortedBefore)
    await house.askAgain(asked, 100)
    const final = await house.final(asked)
    assert.equal(final.content, countedTo(400))
    assert.equal(final.attempt, 101)
  })

  test('is handed over, with all its text, by a worker that drains', async () => {
    await using scene = await openWorkerScene()
    const { house, ollama } = scene
    const asked = await scene.leftHalfWay()
    const released = (await house.entries(asked)).at(-1)
    assert.equal(released?.type === 'beat' && released.released, true)
    await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
    const final = await house.final(asked)
    assert.equal(final.content, countedTo(150))
    assert.equal((await house.read(asked)).text, countedTo(150))
  })

  test('is not begun anew by a worker that must leave before its backend said whether it can go on', async () => {
    await using scene = await openWorkerScene()
    const { house, ollama } = scene
    const asked = await scene.leftHalfWay()
    const asking = Promise.withResolvers<void>()
    const backend = ollamaBackend(ollama.url)
    const canContinue: Backend['canContinue'] = (_model, _prompt, _begun, signal) => {
      asking.resolve()
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(false)))
    }
    const { worker } = await house.startWorker({ backends: [{ ...backend, canContinue }] })
    await asking.promise
    await worker.drain(0)
    await house.startWorker({ backends: [backend] })
    const final = await house.final(asked)
    assert.equal(final.content, countedTo(150))
    const offsets = (await scene.attempts(asked)).map((entry) => entry.type === 'start' && entry.offset > 0)
    assert.deepEqual(offsets, [false, true])
  })

  test('is gone on with by a backend that was away when it was first asked whether it can', async () => {
    await using scene = await openWorkerScene()
    const { house, ollama } = scene
    const asked = await scene.leftHalfWay()
    const backend = ollamaBackend(ollama.url)
    let asks = 0
    const canContinue: Backend['canContinue'] = async (...question) => {
      asks += 1
      if (asks === 1) throw new BackendError('backend_unavailable', 'Away')
      return backend.canContinue(...question)
    }
    await house.startWorker({ backends: [{ ...backend, canContinue }] })
    const final = await house.final(asked)
    assert.equal(final.content, countedTo(150))
    const [, second] = await scene.attempts(asked)
    assert.ok(second !== undefined && second.offset > 0)
  })

  test('is finished by a worker that drains with time enough', async () => {
    await using scene = await openWorkerScene()
    const { house } = scene
    await using worker = await scene.startProcess()
    const asked = await house.ask('tokens=60 rate=60')
    await scene.hasGrownTo(asked, 5)
    worker.signal('SIGTERM')
    const final = await house.final(asked)
    assert.equal(final.content, countedTo(60))
    assert.equal(final.attempt, 1)
    assert.deepEqual(await worker.ending, { code: 0, signal: null })
  })
})
