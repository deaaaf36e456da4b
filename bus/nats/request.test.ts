import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { openBus, openReadyBus } from '../../testing/bus/open-bus.ts'
import { openRawConnection } from '../../testing/bus/raw-nats.ts'
import { type NatsServer, startNatsServer } from '../../testing/servers/nats-server.ts'
import { decode } from '../contract/codec.ts'
import { CodedError } from '../contract/errors.ts'
import { maxBusBytes } from '../contract/limits.ts'

const limits = { bytes: maxBusBytes, depth: 16, elements: 1_000 }

suite('asking over the bus', () => {
  let server: NatsServer
  before(async () => {
    server = await startNatsServer()
  })
  after(() => server.stop())

  test('an answer comes back, whoever of the group gives it', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const asked: unknown[] = []
    const responders = ['one', 'two'].map((name) =>
      bus.respond('ai.test.echo', 'group', async (body) => {
        asked.push(body)
        return { name, body }
      }),
    )
    await Promise.all(responders.map(({ active }) => active))
    const answer = await bus.request('ai.test.echo', { text: 'hä?', list: [1, 2.5, null] })
    assert.partialDeepStrictEqual(answer, { body: { text: 'hä?', list: [1, 2.5, null] } })
    assert.equal(asked.length, 1)
  })

  test('a coded error travels with its code, any other as internal and without its words', async (t) => {
    const { bus, logged } = await openReadyBus(t, server.url)
    const coded = bus.respond('ai.test.coded', 'q', async () => {
      throw new CodedError('not_found', 'No such conversation')
    })
    const other = bus.respond('ai.test.other', 'q', async () => {
      throw new Error('a secret of the store')
    })
    await Promise.all([coded.active, other.active])
    const notFound = { name: 'CodedError', code: 'not_found', detail: 'No such conversation' }
    await assert.rejects(bus.request('ai.test.coded', {}), notFound)
    const internal = { code: 'internal', message: 'Something went wrong on our side' }
    await assert.rejects(bus.request('ai.test.other', {}), internal)
    assert.ok(logged.some(({ level, message }) => level === 'error' && message === 'A request failed'))
  })

  test('nobody there, no answer in time, and no bus are all bus_unavailable', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    await assert.rejects(bus.request('ai.test.nobody', {}), { code: 'bus_unavailable' })
    const late = Promise.withResolvers<object>()
    const silent = bus.respond('ai.test.silent', 'q', () => late.promise)
    await silent.active
    const unanswered = bus.request('ai.test.silent', {}, { timeoutMs: 50 })
    await assert.rejects(unanswered, { code: 'bus_unavailable' })
    late.resolve({})
    const { bus: lost } = openBus(t, 'nats://127.0.0.1:1')
    await assert.rejects(lost.request('ai.test.echo', {}, { timeoutMs: 50 }), { code: 'bus_unavailable' })
  })

  test('whoever leaves a group answers what it was handed, and nothing is lost between it and the others', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const { bus: leaving } = await openReadyBus(t, server.url)
    const { bus: staying } = await openReadyBus(t, server.url)
    const answered = { leaving: 0, staying: 0 }
    const first = leaving.respond('ai.test.leave', 'q', async (body) => {
      first.unsubscribe()
      answered.leaving += 1
      return { body }
    })
    const second = staying.respond('ai.test.leave', 'q', async (body) => {
      answered.staying += 1
      return { body }
    })
    await Promise.all([first.active, second.active])
    const numbers = Array.from({ length: 200 }, (_, number) => ({ number }))
    const answers = await Promise.all(numbers.map((body) => bus.request('ai.test.leave', body)))
    assert.deepEqual(
      answers,
      numbers.map((body) => ({ body })),
    )
    assert.equal(answered.leaving + answered.staying, numbers.length)
    assert.ok(answered.leaving > 0 && answered.staying > 0)
  })

  test('a bus that closes lets an answer end whose responder was unsubscribed before', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const { bus: closing } = openBus(t, server.url)
    const [begun, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const responder = closing.respond('ai.test.slow', 'q', async () => {
      begun.resolve()
      await release.promise
      return { late: true }
    })
    await responder.active
    const answer = bus.request('ai.test.slow', {})
    await begun.promise
    responder.unsubscribe()
    const closed = closing.close()
    // Long enough on the way for a close that did not wait.
    const other = bus.respond('ai.test.quick', 'q', async () => ({}))
    await other.active
    for (let round = 0; round < 20; round += 1) await bus.request('ai.test.quick', {})
    release.resolve()
    assert.deepEqual(await answer, { late: true })
    await closed
  })

  test('bytes that are no message are answered with frame_malformed and never handled', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const raw = await openRawConnection(t, server.url)
    let handled = 0
    const responder = bus.respond('ai.test.strict', 'q', async () => {
      handled += 1
      return {}
    })
    await responder.active
    const bomb = new Uint8Array(9_000).map((_, index) => (index % 3 === 0 ? 0xdc : 0xff))
    for (const bytes of [bomb, Buffer.from([0xc1]), new Uint8Array(0), Buffer.from('{"json":1}')]) {
      const answer = await raw.request('ai.test.strict', bytes, { timeout: 5_000 })
      assert.partialDeepStrictEqual(decode(answer.data, limits), { error: { code: 'frame_malformed' } })
    }
    assert.equal(handled, 0)
  })

  test('an answer that is no message rejects with frame_malformed', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const raw = await openRawConnection(t, server.url)
    raw.subscribe('ai.test.garbage', { callback: (_, message) => void message.respond('{"json":1}') })
    await raw.flush()
    await assert.rejects(bus.request('ai.test.garbage', {}), { code: 'frame_malformed' })
  })

  test('an error code this version does not know becomes internal', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const answer = { error: { code: 'made_later', detail: 'From a newer worker', retryable: true } }
    await bus.respond('ai.test.newer', 'q', async () => answer).active
    // What another process says is for people: a log takes the message, which is ours.
    const expected = {
      ...{ code: 'internal', message: 'Something went wrong on our side' },
      detail: 'From a newer worker',
    }
    await assert.rejects(bus.request('ai.test.newer', {}), expected)
  })

  test('an answer past the limit becomes an error instead of silence', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const large = { text: 'x'.repeat(maxBusBytes) }
    await bus.respond('ai.test.large', 'q', async () => large).active
    await assert.rejects(bus.request('ai.test.large', {}), { code: 'frame_too_large' })
    await assert.rejects(bus.request('ai.test.large', large), { code: 'frame_too_large' })
  })

  test('a responder made before the server exists answers once it does, and after a restart', async (t) => {
    const late = await startNatsServer()
    t.after(() => late.stop())
    await late.kill()
    const { bus } = openBus(t, late.url)
    const responder = bus.respond('ai.test.early', 'q', async () => ({ here: true }))
    await late.restart()
    await responder.active
    assert.deepEqual(await bus.request('ai.test.early', {}), { here: true })
    await late.restart()
    const answer = await untilAnswered(() => bus.request('ai.test.early', {}, { timeoutMs: 2_000 }))
    assert.deepEqual(answer, { here: true })
  })
})

/** Asking is not repeated by the bus: whoever asks decides that, as a worker asking for a history does. */
async function untilAnswered(request: () => Promise<unknown>): Promise<unknown> {
  for (let attempt = 0; attempt < 9; attempt += 1) {
    const answer = await request().catch(() => undefined)
    if (answer !== undefined) return answer
  }
  return request()
}
