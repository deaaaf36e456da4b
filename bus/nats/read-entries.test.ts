import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { openBus, openReadyBus } from '../../testing/bus/open-bus.ts'
import { type NatsServer, startNatsServer } from '../../testing/servers/nats-server.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { uuidv7 } from '../contract/ids.ts'
import { streams } from '../contract/streams.ts'
import { subjects } from '../contract/subjects.ts'
import type { Bus, StoredEntry } from './bus.ts'

const log = streams.log.name

suite('reading a stream', () => {
  let server: NatsServer
  before(async () => {
    server = await startNatsServer()
  })
  after(() => server.stop())

  for (const count of [1, 16, 17, 700]) {
    test(`a log of ${count} among others is read whole, in order, and from where one likes`, async (t) => {
      const { bus } = await openReadyBus(t, server.url)
      const subject = subjects.stream(uuidv7(), uuidv7())
      const seqs = await fillLog(bus, subject, count)
      const whole = await read(bus, subject, 1)
      assert.deepEqual(
        whole,
        seqs.map((seq, n) => [seq, `entry ${n}`]),
      )
      const middle = seqs[Math.floor(count / 2)] ?? 0
      assert.deepEqual(await read(bus, subject, middle), whole.slice(Math.floor(count / 2)))
      assert.deepEqual(await read(bus, subject, (seqs.at(-1) ?? 0) + 1), [])

      // A worker makes no consumer, and comes to the same by another way.
      const { bus: worker } = await openReadyBus(t, server.url, { role: 'worker' })
      assert.deepEqual(await read(worker, subject, 1), whole)
      assert.deepEqual(await read(worker, subject, middle), whole.slice(Math.floor(count / 2)))
    })
  }

  test('a reading ends where the log ended when it began', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const subject = subjects.stream(uuidv7(), uuidv7())
    await fillLog(bus, subject, 40)
    const texts: string[] = []
    for await (const entry of bus.readEntries(log, subject, 1)) {
      texts.push(Buffer.from(entry.body).toString())
      if (texts.length === 1) await bus.publish(subject, Buffer.from('late'), { messageId: uuidv7() })
    }
    assert.equal(texts.length, 40)
    assert.equal(texts.at(-1), 'entry 39')
  })

  test('nothing is asked of a stream before it stands', async (t) => {
    await using fresh = await startNatsServer()
    const { bus: listener } = openBus(t, fresh.url, { role: 'worker' })
    const { bus: worker, logged } = openBus(t, fresh.url, { role: 'worker' })
    const heard: string[] = []
    for (const subject of ['$JS.API.STREAM.MSG.GET.>', 'marker'])
      await listener.subscribe(subject, (message) => void heard.push(message.subject)).active
    const missing = 'The streams do not stand yet'
    await waitUntil('the worker misses the streams', () => logged.some(({ message }) => message === missing))
    const answer = worker.lastEntry(log, subjects.stream(uuidv7(), uuidv7()))
    await setImmediate()
    worker.send('marker', new Uint8Array())
    await waitUntil('the marker was heard', () => heard.includes('marker'))
    assert.deepEqual(heard, ['marker'])
    await openReadyBus(t, fresh.url)
    assert.equal(await answer, undefined)
    await waitUntil('the read was heard', () => heard.length > 1)
  })

  test('a log purged under its reader ends the reading', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const subject = subjects.stream(uuidv7(), uuidv7())
    await fillLog(bus, subject, 300)
    let count = 0
    for await (const _ of bus.readEntries(log, subject, 1)) {
      count += 1
      if (count === 5) await bus.purge(log, subject)
    }
    assert.equal(count, 5)
  })

  test('the last entry is the same after the server was killed, with the time it was stored', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const subject = subjects.stream(uuidv7(), uuidv7())
    assert.equal(await bus.lastEntry(log, subject), undefined)
    const before = Date.now()
    const seqs = await fillLog(bus, subject, 3)
    const last = await bus.lastEntry(log, subject)
    assert.equal(last?.seq, seqs.at(-1))
    assert.equal(Buffer.from(last?.body ?? []).toString(), 'entry 2')
    assert.ok(last && last.storedAtMs >= before - 1 && last.storedAtMs <= Date.now())
    const direct = (await bus.readEntries(log, subject, last.seq)[Symbol.asyncIterator]().next()).value as
      | StoredEntry
      | undefined
    assert.equal(direct?.storedAtMs, last.storedAtMs)
    await server.kill()
    await server.restart()
    assert.deepEqual(await bus.lastEntry(log, subject), last)
  })

  test('a purge takes one subject, and the log may be begun again from nothing', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const [subject, other] = [subjects.stream(uuidv7(), uuidv7()), subjects.stream(uuidv7(), uuidv7())]
    await fillLog(bus, subject, 3)
    await fillLog(bus, other, 1)
    await bus.purge(log, subject)
    assert.deepEqual(await read(bus, subject, 1), [])
    assert.equal(await bus.lastEntry(log, subject), undefined)
    assert.equal((await read(bus, other, 1)).length, 1)
    const begun = await bus.publish(subject, Buffer.from('new'), { messageId: 'p', expectedLastSequence: 0 })
    assert.equal(begun.outcome, 'stored')
  })

  test('one message is removed, also twice, and only it', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const subject = subjects.message(uuidv7())
    const stream = streams.chat.name
    const [first, second] = [
      await bus.publish(subject, Buffer.from('1'), { messageId: `${subject}1` }),
      await bus.publish(subject, Buffer.from('2'), { messageId: `${subject}2` }),
    ]
    assert.ok(first.outcome === 'stored' && second.outcome === 'stored')
    assert.equal(await bus.holds(stream, first.seq), true)
    await bus.remove(stream, first.seq)
    await bus.remove(stream, first.seq)
    assert.equal(await bus.holds(stream, first.seq), false)
    assert.equal(await bus.holds(stream, second.seq), true)
    assert.equal(await bus.holds(stream, second.seq + 100), false)
  })

  test('without a server every question ends in bus_unavailable', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    await server.kill()
    t.after(() => server.restart())
    const subject = subjects.stream(uuidv7(), uuidv7())
    await assert.rejects(bus.lastEntry(log, subject), { code: 'bus_unavailable' })
  })
})

/** Fills a log with `entry 0`, `entry 1`… between entries of other logs; the sequences it got. */
async function fillLog(bus: Bus, subject: string, count: number): Promise<number[]> {
  const seqs: number[] = []
  for (let n = 0; n < count; n += 1) {
    const options = { messageId: `${subject}.${n}`, expectedLastSequence: seqs.at(-1) ?? 0 }
    const published = await bus.publish(subject, Buffer.from(`entry ${n}`), options)
    assert.ok(published.outcome === 'stored')
    seqs.push(published.seq)
    if (n % 3 === 0)
      await bus.publish(subjects.stream(uuidv7(), uuidv7()), Buffer.from('-'), { messageId: uuidv7() })
  }
  return seqs
}

async function read(bus: Bus, subject: string, from: number): Promise<[number, string][]> {
  const entries: [number, string][] = []
  for await (const { seq, body } of bus.readEntries(log, subject, from))
    entries.push([seq, Buffer.from(body).toString()])
  return entries
}
