import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { checker } from '../../bus/contract/check.ts'
import { aheadJoinMs, entryJoinMs } from '../../bus/contract/limits.ts'
import { Ahead, type LogEntry } from '../../bus/contract/reply-log.ts'
import { newReader, readAhead, readEntry } from '../../bus/contract/reply-reader.ts'
import { isAhead, subjects } from '../../bus/contract/subjects.ts'
import { decodeBody } from '../../bus/nats/body.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { type OllamaStandIn, startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { countedTo } from '../../testing/workers/counting.ts'
import { newRequest, openWorkerHouse, type WorkerHouse } from '../../testing/workers/worker-house.ts'
import { ollamaBackend } from '../inference/ollama.ts'
import { LogWriter } from './writer.ts'

const aheadShape = checker(Ahead)

suite('a worker tells text ahead of its log', () => {
  let house: WorkerHouse
  let ollama: OllamaStandIn
  before(async () => {
    ollama = await startOllamaStandIn({ models: [{ name: 'counting', canContinue: true }] })
    house = await openWorkerHouse()
    await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
  })
  after(async () => {
    await house[Symbol.asyncDispose]()
    await ollama.stop()
  })

  /** Everything a hub hears of this reply, as a reader sees it, and how long it was written. */
  async function follow(message: string) {
    const request = newRequest()
    const reader = newReader()
    const pieces: Ahead[] = []
    /** How much was shown of what the log did not have, whenever something ahead came. */
    const lags: number[] = []
    const live = house.bus.subscribe(subjects.live(request.user_id), ({ subject, body }) => {
      if (!isAhead(subject)) return void readEntry(reader, decodeBody(body) as LogEntry)
      const ahead = decodeBody(body) as Ahead
      pieces.push(ahead)
      if (readAhead(reader, ahead)) lags.push(reader.shown.length - reader.text.length)
    })
    await live.active
    const askedAtMs = performance.now()
    const asked = await house.ask(message, request)
    await waitUntil('the reply has ended here', () => reader.end)
    const tookMs = performance.now() - askedAtMs
    live.unsubscribe()
    assert.equal(reader.shown, (await house.final(asked)).content)
    for (const piece of pieces) assert.ok(aheadShape(piece), aheadShape.flaw(piece))
    return { asked, pieces, lags, tookMs }
  }

  test('token by token, while its entries hold many each', async () => {
    house.history = () => ({})
    const { asked, pieces, lags, tookMs } = await follow('tokens=100 rate=50')
    assert.equal((await house.read(asked)).text, countedTo(100))
    const chunks = (await house.entries(asked)).filter(({ type }) => type === 'chunk')
    assert.ok(chunks.length <= 2 + tookMs / (0.75 * entryJoinMs), `${chunks.length} chunks`)
    assert.ok(pieces.length > 3 * chunks.length, `${pieces.length} pieces, ${chunks.length} chunks`)
    assert.ok(lags.every((lag) => lag > 0 && lag < 400))
  })

  test('joined where the model is faster than anybody reads', async () => {
    const { pieces, tookMs } = await follow('tokens=1000 rate=1000')
    assert.ok(pieces.length <= 2 + (1.1 * tookMs) / aheadJoinMs, `${pieces.length} pieces`)
  })

  test('also where each token has an entry of its own', async () => {
    const { asked, pieces } = await follow('tokens=3 rate=1')
    const chunks = (await house.entries(asked)).filter(({ type }) => type === 'chunk')
    assert.deepEqual([pieces.length, chunks.length], [3, 3])
  })

  test('that of an entry on its way too, so that who missed a piece of it waits for no store', async () => {
    const stored = Promise.withResolvers<void>()
    const slow = new Proxy(house.bus, {
      get: (target, name) => {
        if (name !== 'publish') return Reflect.get(target, name)
        return async (...publication: Parameters<Bus['publish']>) => {
          await stored.promise
          return target.publish(...publication)
        }
      },
    })
    const { user_id, request_id } = newRequest()
    const pieces: [offset: number, content: string][] = []
    const hear = ({ body }: { body: Uint8Array }) => {
      const { offset, content } = decodeBody(body) as Ahead
      pieces.push([offset, content])
    }
    const aheadSubject = subjects.ahead(user_id, request_id)
    const live = house.bus.subscribe(aheadSubject, hear)
    await live.active
    const head = { requestId: request_id, attempt: 1, owner: 'owner', seq: 0, offset: 7 }
    const claim = { subject: subjects.stream(user_id, request_id), aheadSubject, ...head }
    const writer = new LogWriter(slow, claim, () => undefined)
    writer.text('One ')
    writer.text('two ')
    await waitUntil('both are told', () => pieces.length === 2)
    stored.resolve()
    await writer.finish({
      type: 'done',
      length: 15,
      finish_reason: 'stop',
      usage: {},
      timings: { duration_ms: 1 },
    })
    live.unsubscribe()
    assert.deepEqual(pieces, [
      [7, 'One '],
      [7, 'One two '],
    ])
  })
})
