import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { randomToken } from '../../bus/contract/ids.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { encodeBody } from '../../bus/nats/body.ts'
import { type OllamaStandIn, startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { countedTo } from '../../testing/workers/counting.ts'
import { type Asked, openWorkerHouse, type WorkerHouse } from '../../testing/workers/worker-house.ts'
import type { Backend } from '../inference/backend.ts'
import { ollamaBackend } from '../inference/ollama.ts'

type Fields = { type: LogEntry['type'] } & Record<string, unknown>

describe('a worker', () => {
  let house: WorkerHouse
  let ollama: OllamaStandIn
  before(async () => {
    ollama = await startOllamaStandIn({ models: [{ name: 'counting', canContinue: true }] })
    house = await openWorkerHouse()
    await house.startWorker({
      backends: [ollamaBackend(ollama.url)],
      config: { maxConcurrentChats: 3, maxReplyLength: 5_000 },
    })
  })
  beforeEach(() => {
    house.history = () => ({})
  })
  after(async () => {
    await house[Symbol.asyncDispose]()
    await ollama.stop()
  })

  const hasGrownTo = (asked: Asked, tokens: number) =>
    waitUntil('the reply has grown', async () => (await house.read(asked)).text.includes(` t${tokens} `))

  /** Asks in the name of a worker that wrote these entries before it died; the worker under test waits for history. */
  async function askAfter(attempts: Fields[][]): Promise<Asked> {
    const written = Promise.withResolvers<object>()
    house.history = () => written.promise
    const asked = await house.ask('Hello')
    const { request_id, conversation_id } = asked.request
    let last = 0
    for (const [index, entries] of attempts.entries()) {
      const head = { request_id, attempt: index + 1, owner: randomToken() }
      for (const [n, fields] of entries.entries()) {
        const start = { conversation_id, model: 'counting:latest', backend: 'ollama' }
        const entry = { ...fields, ...head, n, ...(fields.type === 'start' && start) }
        const options = { messageId: `${head.owner}.${n}`, expectedLastSequence: last }
        const published = await house.bus.publish(asked.subject, encodeBody(entry), options)
        last = published.outcome === 'stored' ? published.seq : last
      }
    }
    written.resolve({})
    return asked
  }

  test('cancels: the backend is let go of and what was written stays', async () => {
    const abortedBefore = ollama.abortedCount()
    const asked = await house.ask('tokens=endless rate=50')
    await hasGrownTo(asked, 5)
    house.cancel(asked)
    const final = await house.final(asked)
    assert.equal(final.finish_reason, 'cancelled')
    assert.ok(countedTo(10_000).startsWith(final.content) && final.content !== '')
    assert.equal((await house.read(asked)).text, final.content)
    await waitUntil('the backend sees it', () => ollama.abortedCount() === abortedBefore + 1)
    assert.equal(ollama.openCount(), 0)
  })

  test('is not moved by a cancel in another name', async () => {
    const asked = await house.ask('tokens=20 rate=40')
    const other = { ...asked.request, user_id: asked.request.conversation_id }
    await hasGrownTo(asked, 3)
    house.cancel({ ...asked, request: other })
    assert.equal((await house.final(asked)).content, countedTo(20))
  })

  test('ends a request that was cancelled before it was taken, without asking the model', async () => {
    house.history = () => ({ state: 'cancelled' })
    const requestsBefore = ollama.requests.filter(({ path }) => path === '/api/chat').length
    const final = await house.final(await house.ask('Hello'))
    assert.equal(final.finish_reason, 'cancelled')
    assert.equal(ollama.requests.filter(({ path }) => path === '/api/chat').length, requestsBefore)
  })

  for (const state of ['answered', 'failed', 'gone'] as const) {
    test(`writes nothing for a request that is ${state}`, async () => {
      const told: string[] = []
      house.history = ({ request_id }) => {
        told.push(request_id)
        return { state }
      }
      const asked = await house.ask('Hello')
      await waitUntil('the worker was told', () => told.includes(asked.request.request_id))
      const next = await house.ask('Hello')
      await waitUntil('the worker went on', () => told.includes(next.request.request_id))
      assert.deepEqual(await house.entries(asked), [])
    })
  }

  test('generates nothing while nobody tells the history, and answers once somebody does', async () => {
    let questions = 0
    house.history = () => {
      questions += 1
      return questions > 1 ? {} : undefined
    }
    const asked = await house.ask('tokens=3')
    await waitUntil('the question was asked', () => questions === 1)
    assert.deepEqual(await house.entries(asked), [])
    assert.equal((await house.final(asked)).content, countedTo(3))
  })

  test('writes exactly as many replies at once as it may', async () => {
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, ollama.openCount())
    }, 2)
    const asked = await Promise.all(Array.from({ length: 9 }, () => house.ask('tokens=20 rate=50')))
    for (const one of asked) assert.equal((await house.final(one)).content, countedTo(20))
    clearInterval(watch)
    assert.equal(most, 3)
  })

  test('answers a request once that it gets twice at the same time', async () => {
    await ollama.setFault({ kind: 'pause', afterTokens: 20 })
    const asked = await house.ask('tokens=40 rate=40')
    await hasGrownTo(asked, 3)
    await house.askAgain(asked, 100)
    await ollama.setFault(undefined)
    assert.equal((await house.final(asked)).attempt, 1)
    const next = await house.final(await house.ask('tokens=3'))
    assert.equal(next.content, countedTo(3))
    assert.equal((await house.read(asked)).text, countedTo(40))
    assert.equal((await house.entries(asked)).filter(({ type }) => type === 'start').length, 1)
  })

  test('publishes the final of a reply whose writer died right after done', async () => {
    const done = { length: 3, finish_reason: 'stop', usage: {}, timings: { duration_ms: 5 } }
    const chunk = { type: 'chunk', offset: 0, content: 'abc' } as const
    const asked = await askAfter([[{ type: 'start', offset: 0 }, chunk, { type: 'done', ...done }]])
    const final = await house.final(asked)
    assert.equal(final.content, 'abc')
    assert.equal(final.finish_reason, 'stop')
    assert.equal((await house.entries(asked)).length, 3)
  })

  test('takes over at once what was released, and goes on from its text', async () => {
    const chunk = { type: 'chunk', offset: 0, content: countedTo(4) } as const
    const asked = await askAfter([[{ type: 'start', offset: 0 }, chunk, { type: 'beat', released: true }]])
    const final = await house.final(asked)
    assert.equal(final.attempt, 2)
    assert.equal((await house.read(asked)).text, countedTo(20))
    assert.equal(final.content, countedTo(20))
  })

  test('ends in an error what five workers began in vain', async () => {
    const barren: Fields[] = [{ type: 'start', offset: 0 }]
    const asked = await askAfter([
      barren,
      barren,
      barren,
      barren,
      [...barren, { type: 'beat', released: true }],
    ])
    const final = await house.final(asked)
    assert.equal(final.error?.code, 'reply_failed')
    assert.equal((await house.read(asked)).end?.type, 'error')
  })

  test('tries a fifth time what four workers began in vain', async () => {
    const barren: Fields[] = [{ type: 'start', offset: 0 }]
    const asked = await askAfter([barren, barren, barren, [...barren, { type: 'beat', released: true }]])
    assert.equal((await house.final(asked)).content, countedTo(20))
  })

  test('drops a request whose user is not that of its subject', async () => {
    const asked = await house.ask('Hello', { timestamp: 1 })
    await house.final(asked)
    const forged = {
      ...asked.request,
      user_id: asked.request.message_id,
      request_id: asked.request.conversation_id,
    }
    const subject = `ai.chat.user.${asked.request.user_id}.message`
    await house.bus.publish(subject, encodeBody(forged), { messageId: 'forged' })
    assert.equal((await house.final(await house.ask('tokens=3'))).content, countedTo(3))
    assert.deepEqual(house.finals({ ...asked, request: forged }), [])
  })

  test('says that it is at work while the model is silent', async () => {
    const asked = await house.ask('tokens=3 delay=3500')
    await house.final(asked)
    const beats = (await house.entries(asked)).filter(({ type }) => type === 'beat')
    assert.ok(beats.length >= 1)
  })

  test('joins what a fast model says into few entries', async () => {
    const asked = await house.ask('tokens=400 rate=1000')
    assert.equal((await house.final(asked)).content, countedTo(400))
    const chunks = (await house.entries(asked)).filter(({ type }) => type === 'chunk')
    assert.equal(chunks[0]?.type === 'chunk' && chunks[0].content, ' t0')
    assert.ok(chunks.length < 200, `${chunks.length} chunks`)
  })
})

describe('a worker whose backend', () => {
  test('splits characters between pieces writes whole ones', async () => {
    await using house = await openWorkerHouse()
    await house.startWorker({
      backends: [sayingBackend(['a\ud83d', '\ude00b', '\ud83d', 'c\u0000', 'd\ud83d'])],
    })
    const asked = await house.ask('Hello')
    const final = await house.final(asked)
    assert.equal(final.content, 'a😀b\ufffdcd\ufffd')
    assert.equal((await house.read(asked)).text, final.content)
    for (const entry of await house.entries(asked)) {
      assert.ok(entry.type !== 'chunk' || entry.content.isWellFormed())
    }
  })
})

/** A backend that says these pieces, whatever it is asked. */
function sayingBackend(pieces: readonly string[]): Backend {
  return {
    name: 'saying',
    kind: 'openai',
    probeMs: 60_000,
    models: async () => [{ id: 'saying', backend: 'saying' }],
    contextLength: async () => 4_096,
    canContinue: async () => false,
    generate: async (_request, _signal, hear) => {
      for (const text of pieces) hear({ kind: 'text', text })
      hear({ kind: 'end', reason: 'stop', usage: {} })
    },
  }
}
