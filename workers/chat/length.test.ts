import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type OllamaStandIn, startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { beginLog, type LogWriter } from '../../testing/hub/scripted-worker.ts'
import {
  type Asked,
  newRequest,
  openWorkerHouse,
  type WorkerHouse,
} from '../../testing/workers/worker-house.ts'
import { ollamaBackend } from '../inference/ollama.ts'

/** Tokens shorter than an estimate by length takes them for. */
const words = (count: number): string => ' a'.repeat(count)

describe('the wished length of a reply', () => {
  let house: WorkerHouse
  let ollama: OllamaStandIn
  before(async () => {
    ollama = await startOllamaStandIn({
      models: [{ name: 'brief:latest', canContinue: true, script: { text: words(100) } }],
    })
    house = await openWorkerHouse()
    await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
  })
  beforeEach(() => ollama.setFault(undefined))
  after(async () => {
    await house[Symbol.asyncDispose]()
    await ollama.stop()
  })

  const askWithin = (max_tokens: number) => house.ask('Hello', { model: 'brief', options: { max_tokens } })

  /** A request whose first worker gave it up after `write`. */
  async function takeOver(max_tokens: number, write: (log: LogWriter) => Promise<unknown>): Promise<Asked> {
    const request = { ...newRequest(), model: 'brief', options: { max_tokens } }
    const log = await beginLog(house.bus, request, { model: 'brief', backend: 'ollama' })
    await write(log)
    await log.write({ type: 'beat', released: true })
    return house.ask('Hello', request)
  }

  test('counts what stood before its backend failed', async () => {
    await ollama.setFault({ kind: 'reset', afterTokens: 20 }, { requests: 1 })
    const final = await house.final(await askWithin(30))
    assert.deepEqual([final.content, final.finish_reason], [words(30), 'length'])
  })

  test('ends a reply at once that had reached it when its backend failed', async () => {
    await ollama.setFault({ kind: 'reset', afterTokens: 20 }, { requests: 1 })
    const final = await house.final(await askWithin(20))
    assert.deepEqual([final.content, final.finish_reason], [words(20), 'length'])
  })

  test('counts what another worker wrote, and keeps what that one thought', async () => {
    const asked = await takeOver(30, async (log) => {
      await log.write({ type: 'thought', content: 'Hm.', pieces: 1 })
      await log.write({ type: 'chunk', offset: 0, content: ' a'.repeat(20), pieces: 20 })
    })
    const final = await house.final(asked)
    assert.deepEqual([final.content, final.finish_reason], [words(29), 'length'])
    assert.equal(final.thoughts, 'Hm.')
    assert.equal((await house.read(asked)).thoughts, 'Hm.')
  })

  test('ends a reply at once in which another worker had reached it', async () => {
    const asked = await takeOver(10, async (log) => await log.say('Already so much.'.repeat(4)))
    const final = await house.final(asked)
    assert.deepEqual([final.content, final.finish_reason], ['Already so much.'.repeat(4), 'length'])
  })
})
