import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { ErrorCode } from '../../bus/contract/errors.ts'
import type { Fault } from '../../testing/backends/fault.ts'
import { type OllamaStandIn, startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { countedTo } from '../../testing/workers/counting.ts'
import { openWorkerHouse, type WorkerHouse } from '../../testing/workers/worker-house.ts'
import { ollamaBackend } from '../inference/ollama.ts'

/** Faults before any text that stay, and the code that the reply then ends with. */
const lasting: [string, Fault, ErrorCode][] = [
  ['fails', { kind: 'status', status: 500, message: 'out of memory' }, 'backend_failed'],
  ['is busy', { kind: 'status', status: 503, message: 'server busy' }, 'backend_unavailable'],
  ['refuses the key', { kind: 'status', status: 401, message: 'unauthorized' }, 'backend_refused'],
  ['refuses the request', { kind: 'status', status: 400, message: 'bad option' }, 'backend_refused'],
  ['lost the model', { kind: 'model-missing' }, 'model_not_found'],
  ['says nothing', { kind: 'slow-first-byte', delayMs: 60_000 }, 'backend_stalled'],
  ['sends garbage', { kind: 'garbage-line', afterTokens: 0 }, 'backend_malformed'],
  ['resets the connection', { kind: 'reset', afterTokens: 0 }, 'backend_failed'],
]

/** Faults in mid-reply, and the code where the model can't go on with what it began. */
const midway: [string, Fault, ErrorCode][] = [
  ['tells an error', { kind: 'error-line', afterTokens: 5, message: 'unexpected EOF' }, 'backend_failed'],
  ['sends garbage', { kind: 'garbage-line', afterTokens: 5 }, 'backend_malformed'],
  ['sends a huge line', { kind: 'huge-line', afterTokens: 5, bytes: 4_000_000 }, 'backend_malformed'],
  ['resets the connection', { kind: 'reset', afterTokens: 5 }, 'backend_failed'],
  ['ends early', { kind: 'end-early', afterTokens: 5 }, 'backend_failed'],
  ['goes silent', { kind: 'stall', afterTokens: 5 }, 'backend_stalled'],
]

describe('a backend', () => {
  let house: WorkerHouse
  let ollama: OllamaStandIn
  before(async () => {
    ollama = await startOllamaStandIn({
      models: [
        { name: 'counting:latest', canContinue: true },
        { name: 'closing:latest', canContinue: false },
        { name: 'looping:latest', canContinue: true, script: { text: ' again'.repeat(31) } },
        { name: 'silent:latest', script: { tokens: 0 } },
        { name: 'thinking:latest', canThink: true, script: { thoughts: 3 } },
      ],
    })
    house = await openWorkerHouse()
    await house.startWorker({
      backends: [ollamaBackend(ollama.url)],
      config: { firstTokenTimeoutMs: 900, tokenTimeoutMs: 700, maxReplyLength: 2_000 },
    })
  })
  beforeEach(() => ollama.setFault(undefined))
  after(async () => {
    await house[Symbol.asyncDispose]()
    await ollama.stop()
  })

  for (const [what, fault, code] of lasting) {
    test(`that ${what} before any text ends the reply in ${code}`, async () => {
      await ollama.setFault(fault)
      const asked = await house.ask('Hello', { model: 'counting' })
      const final = await house.final(asked)
      assert.equal(final.error?.code, code)
      assert.equal(final.content, '')
      const { end } = await house.read(asked)
      assert.equal(end?.type === 'error' && end.code, code)
    })
  }

  for (const [what, fault] of midway) {
    test(`that ${what} in mid-reply is gone on with from the text written`, async () => {
      await ollama.setFault(fault, { requests: 1 })
      const asked = await house.ask('Hello', { model: 'counting' })
      const final = await house.final(asked)
      assert.equal(final.error, undefined)
      assert.equal(final.content, countedTo(20))
      assert.equal((await house.read(asked)).text, countedTo(20))
    })
  }

  for (const [what, fault, code] of midway) {
    test(`that ${what} and can't go on ends the reply in ${code} and keeps its text`, async () => {
      await ollama.setFault(fault)
      const asked = await house.ask('Hello', { model: 'closing' })
      const final = await house.final(asked)
      assert.equal(final.error?.code, code)
      assert.equal(final.content, countedTo(5))
      const { text, end } = await house.read(asked)
      assert.equal(text, countedTo(5))
      assert.equal(end?.type === 'error' && end.length, text.length)
    })
  }

  test('that fails while it loads is asked again until it answers', async () => {
    await ollama.setFault({ kind: 'status', status: 503, message: 'loading model' }, { requests: 1 })
    const final = await house.final(await house.ask('Hello', { model: 'counting' }))
    assert.equal(final.content, countedTo(20))
  })

  test('that sends its lines in pieces, also of a character, is read whole', async () => {
    await ollama.setFault({ kind: 'half-lines', pieceBytes: 3 })
    const final = await house.final(await house.ask('tokens=10 accented', { model: 'counting' }))
    const expected = Array.from({ length: 10 }, (_, index) => ` t${index}é😀`).join('')
    assert.equal(final.content, expected)
  })

  test('that never ends is stopped at the longest reply allowed, with finish reason length', async () => {
    await ollama.setFault({ kind: 'endless' })
    const asked = await house.ask('rate=2000 burst=20', { model: 'counting' })
    const final = await house.final(asked)
    assert.equal(final.finish_reason, 'length')
    assert.equal(final.content.length, 2_000)
    assert.equal((await house.read(asked)).text, final.content)
  })

  test('that loops until it ends without a word gives a reply that was cut', async () => {
    await ollama.setFault({ kind: 'end-early', afterTokens: 31 })
    const final = await house.final(await house.ask('Hello', { model: 'looping' }))
    assert.equal(final.finish_reason, 'length')
    assert.equal(final.content, ' again'.repeat(31))
  })

  test('that answers with nothing gives a visible error', async () => {
    const final = await house.final(await house.ask('Hello', { model: 'silent' }))
    assert.equal(final.error?.code, 'backend_failed')
    assert.match(final.error?.detail ?? '', /empty/)
  })

  test('that thinks has its thoughts apart from its text', async () => {
    const asked = await house.ask('Hello', { model: 'thinking' })
    const final = await house.final(asked)
    assert.equal(final.thoughts, ' h0 h1 h2')
    assert.equal(final.content, countedTo(20))
    assert.equal((await house.read(asked)).thoughts, ' h0 h1 h2')
  })

  test('without the model asked for is told with the names that are there', async () => {
    const final = await house.final(await house.ask('Hello', { model: 'nobody' }))
    assert.equal(final.error?.code, 'model_not_found')
    assert.match(final.error?.detail ?? '', /"nobody" is not installed.*counting:latest/)
  })
})
