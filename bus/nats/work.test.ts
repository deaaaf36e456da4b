import assert from 'node:assert/strict'
import { after, before, suite, type TestContext, test } from 'node:test'
import type { NatsConnection } from 'nats'
import { openBus, openReadyBus } from '../../testing/bus/open-bus.ts'
import { consumerInfo, openRawConnection, streamInfo } from '../../testing/bus/raw-nats.ts'
import { type NatsServer, startNatsServer } from '../../testing/servers/nats-server.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { CodedError } from '../contract/errors.ts'
import { uuidv7 } from '../contract/ids.ts'
import { consumers, streams } from '../contract/streams.ts'
import { subjects } from '../contract/subjects.ts'
import { growingDelayMs } from './acknowledge.ts'
import { callApi } from './api.ts'
import type { Bus, Decision, Delivery } from './bus.ts'

const chat = consumers.chatWorkers
const acknowledge: Decision = { kind: 'ack' }

suite('the work loop', () => {
  let server: NatsServer
  before(async () => {
    server = await startNatsServer()
  })
  after(() => server.stop())

  test('two workers with one slot each share the work, and nobody holds a third message', async (t) => {
    await emptied(t, server)
    const raw = await openRawConnection(t, server.url)
    const { bus } = await openReadyBus(t, server.url)
    const gate = Promise.withResolvers<void>()
    const taken: string[] = []
    const worker = (name: string) => async (delivery: Delivery) => {
      taken.push(`${name} ${Buffer.from(delivery.body).toString()}`)
      await gate.promise
      return acknowledge
    }
    const loops = [
      bus.work({ ...chat, slots: 1, handle: worker('first') }),
      bus.work({ ...chat, slots: 1, handle: worker('second') }),
    ]
    for (const text of ['a', 'b', 'c']) await ask(bus, text)
    await waitUntil('two are under way', () => taken.length === 2)
    const { num_ack_pending, num_pending } = await consumerInfo(raw, chat.stream, chat.durable)
    assert.deepEqual({ num_ack_pending, num_pending }, { num_ack_pending: 2, num_pending: 1 })
    assert.deepEqual(taken.map((entry) => entry.split(' ')[0]).sort(), ['first', 'second'])
    assert.deepEqual(
      loops.map((loop) => loop.running),
      [1, 1],
    )
    gate.resolve()
    await untilEmpty(raw)
    assert.equal(taken.length, 3)
  })

  test('a loop asks for exactly its free slots', async (t) => {
    await emptied(t, server)
    const raw = await openRawConnection(t, server.url)
    const { bus } = await openReadyBus(t, server.url)
    const gate = Promise.withResolvers<void>()
    const handle = () => gate.promise.then(() => acknowledge)
    const loop = bus.work({ ...chat, slots: 3, handle })
    for (let n = 0; n < 5; n += 1) await ask(bus, String(n))
    await waitUntil('three are under way', () => loop.running === 3)
    const { num_ack_pending, num_waiting } = await consumerInfo(raw, chat.stream, chat.durable)
    assert.deepEqual({ num_ack_pending, num_waiting }, { num_ack_pending: 3, num_waiting: 0 })
    gate.resolve()
    await untilEmpty(raw)
  })

  test('a loop whose slots come free one by one waits with one pull, and fills them all again', async (t) => {
    await emptied(t, server)
    const raw = await openRawConnection(t, server.url)
    const { bus } = await openReadyBus(t, server.url)
    let gate = Promise.withResolvers<void>()
    const loop = bus.work({ ...chat, slots: 4, handle: () => gate.promise.then(() => acknowledge) })
    for (const text of ['a', 'b', 'c']) {
      await ask(bus, text)
      await waitUntil('it is under way', () => loop.running === 1)
      gate.resolve()
      await untilEmpty(raw)
      await waitUntil('its slot is free', () => loop.running === 0)
      gate = Promise.withResolvers()
    }
    assert.equal((await consumerInfo(raw, chat.stream, chat.durable)).num_waiting, 1)
    for (let n = 0; n < 5; n += 1) await ask(bus, String(n))
    await waitUntil('four are under way', () => loop.running === 4)
    const { num_ack_pending, num_waiting } = await consumerInfo(raw, chat.stream, chat.durable)
    assert.deepEqual({ num_ack_pending, num_waiting }, { num_ack_pending: 4, num_waiting: 0 })
    gate.resolve()
    await untilEmpty(raw)
  })

  test('work longer than the ack wait is kept alive and delivered once', async (t) => {
    const { bus, raw, work } = await loginWork(t, server, 2_400)
    let keptAlive = 0
    raw.subscribe('$JS.ACK.>', {
      callback: (_error, { data }) => {
        if (Buffer.from(data).toString() === '+WPI') keptAlive += 1
      },
    })
    let deliveries = 0
    const handle = async () => {
      deliveries += 1
      // There are three to an ack wait.
      await waitUntil('the ack wait is over', () => keptAlive === 4)
      return acknowledge
    }
    // The one with a free slot would be given it again.
    for (const _one of ['first', 'second']) work(handle)
    await signIn(bus)
    await waitUntil('it is done', async () => deliveries === 1 && (await idle(raw)))
    const { num_redelivered, num_ack_pending } = await consumerInfo(raw, streams.logins.name, 'test')
    assert.deepEqual(
      { num_redelivered, num_ack_pending, deliveries },
      {
        num_redelivered: 0,
        num_ack_pending: 0,
        deliveries: 1,
      },
    )
  })

  test('a nak brings a message again: at once, or not before its delay', async (t) => {
    const { bus, raw, work } = await loginWork(t, server, 60_000)
    const texts: string[] = []
    work(async ({ body }) => {
      texts.push(Buffer.from(body).toString())
      if (texts.length === 1) return { kind: 'nak', delayMs: 0 }
      return texts.length === 2 ? { kind: 'nak', delayMs: 60_000 } : acknowledge
    })
    await signIn(bus, 'put off')
    await waitUntil('it came twice', () => texts.length === 2)
    await signIn(bus, 'other')
    await waitUntil('the other is done', async () => (await pending(raw)) === 1 && texts.length === 3)
    assert.deepEqual(texts, ['put off', 'put off', 'other'])
  })

  test('an error that was thrown is decided by the loop: again after a while, or as the worker says', async (t) => {
    const { bus, raw, work } = await loginWork(t, server, 30_000)
    let failures = 0
    const loop = work(async () => {
      failures += 1
      if (failures === 1) throw new Error('a passing trouble')
      return acknowledge
    })
    await signIn(bus)
    await waitUntil('it is done', async () => failures === 2 && (await idle(raw)))
    await loop.drain()

    let refused = 0
    work(
      async () => {
        refused += 1
        throw new CodedError('frame_malformed')
      },
      (error) => ({ kind: 'term', reason: error instanceof CodedError ? error.code : 'unknown' }),
    )
    await signIn(bus)
    await waitUntil('it is refused for good', async () => refused === 1 && (await idle(raw)))
    assert.equal((await consumerInfo(raw, streams.logins.name, 'test')).num_redelivered, 0)
  })

  test('the delay of what fails again and again grows to half a minute and no further', () => {
    const delays = [1, 2, 3, 4, 8, 9, 1_000].map(growingDelayMs)
    assert.deepEqual(delays, [250, 500, 1_000, 2_000, 30_000, 30_000, 30_000])
  })

  test('a loop made before the server exists works once it does', async (t) => {
    const late = await startNatsServer()
    t.after(() => late.stop())
    await late.kill()
    const { bus } = openBus(t, late.url)
    const texts: string[] = []
    bus.work({ ...chat, slots: 2, handle: async ({ body }) => acknowledgeInto(texts, body) })
    await late.restart()
    await ask(bus, 'early')
    await waitUntil('it is handled', () => texts.length === 1)
  })

  test('a message under way when the server is killed is acknowledged after its restart', async (t) => {
    await emptied(t, server)
    const { bus } = await openReadyBus(t, server.url)
    const gate = Promise.withResolvers<void>()
    const texts: string[] = []
    const loop = bus.work({
      ...chat,
      slots: 2,
      handle: async ({ body }) => {
        await gate.promise
        return acknowledgeInto(texts, body)
      },
    })
    await ask(bus, 'survivor')
    await waitUntil('it is under way', () => loop.running === 1)
    await server.kill()
    gate.resolve()
    await server.restart()
    const raw = await openRawConnection(t, server.url)
    await untilEmpty(raw)
    await ask(bus, 'later')
    await untilEmpty(raw)
    assert.deepEqual(new Set(texts), new Set(['survivor', 'later']))
  })

  test('a consumer or stream deleted under the loop is made anew and worked through', async (t) => {
    await emptied(t, server)
    const raw = await openRawConnection(t, server.url)
    const { bus } = await openReadyBus(t, server.url)
    const texts: string[] = []
    bus.work({ ...chat, slots: 2, handle: async ({ body }) => acknowledgeInto(texts, body) })
    for (const path of [`CONSUMER.DELETE.${chat.stream}.${chat.durable}`, `STREAM.DELETE.${chat.stream}`]) {
      await ask(bus, `before ${path}`)
      await untilEmpty(raw)
      await callApi(raw, path)
      await ask(bus, `after ${path}`)
      await waitUntil('it is handled', () => texts.at(-1) === `after ${path}`)
    }
    assert.equal(texts.length, 4)
  })

  test('a draining loop finishes what runs and takes nothing new', async (t) => {
    await emptied(t, server)
    const raw = await openRawConnection(t, server.url)
    const { bus } = await openReadyBus(t, server.url)
    const gate = Promise.withResolvers<void>()
    const texts: string[] = []
    const loop = bus.work({
      ...chat,
      slots: 4,
      handle: async ({ body }) => {
        await gate.promise
        return acknowledgeInto(texts, body)
      },
    })
    await ask(bus, 'running')
    await waitUntil('it runs', () => loop.running === 1)
    const drained = loop.drain()
    await ask(bus, 'new')
    gate.resolve()
    await drained
    assert.deepEqual(texts, ['running'])
    const { num_pending, num_ack_pending } = await consumerInfo(raw, chat.stream, chat.durable)
    assert.equal(num_pending + num_ack_pending, 1)
    bus.work({ ...chat, slots: 1, handle: async ({ body }) => acknowledgeInto(texts, body) })
    await untilEmpty(raw)
    assert.deepEqual(texts, ['running', 'new'])
  })
})

function acknowledgeInto(texts: string[], body: Uint8Array): Decision {
  texts.push(Buffer.from(body).toString())
  return acknowledge
}

const ask = (bus: Bus, text: string) =>
  bus.publish(subjects.message(uuidv7()), Buffer.from(text), { messageId: uuidv7(), timeoutMs: 20_000 })

const signIn = (bus: Bus, text = 'login') =>
  bus.publish(subjects.login(uuidv7()), Buffer.from(text), { messageId: uuidv7() })

/** Each test begins with an empty queue on the server they share. */
async function emptied(t: TestContext, server: NatsServer): Promise<void> {
  await openReadyBus(t, server.url)
  const raw = await openRawConnection(t, server.url)
  await callApi(raw, `STREAM.PURGE.${chat.stream}`)
}

const untilEmpty = (raw: NatsConnection) =>
  waitUntil('the queue is empty', async () => (await streamInfo(raw, chat.stream)).state.messages === 0)

/** What the consumer of `loginWork` still has to see acknowledged. */
async function pending(raw: NatsConnection): Promise<number> {
  const { num_pending, num_ack_pending } = await consumerInfo(raw, streams.logins.name, 'test')
  return num_pending + num_ack_pending
}

const idle = async (raw: NatsConnection): Promise<boolean> => (await pending(raw)) === 0

/** A consumer of the sign-ins with an ack wait as short as the test needs it, from the stream's end on. */
async function loginWork(t: TestContext, server: NatsServer, ackWaitMs: number) {
  const { bus } = await openReadyBus(t, server.url)
  const raw = await openRawConnection(t, server.url)
  const stream = streams.logins.name
  await callApi(raw, `CONSUMER.DELETE.${stream}.test`).catch(() => undefined)
  await callApi(raw, `CONSUMER.DURABLE.CREATE.${stream}.test`, {
    stream_name: stream,
    config: {
      durable_name: 'test',
      ack_policy: 'explicit',
      deliver_policy: 'new',
      ack_wait: ackWaitMs * 1e6,
      max_deliver: -1,
    },
  })
  const work = (handle: (delivery: Delivery) => Promise<Decision>, decide?: (error: unknown) => Decision) =>
    bus.work({ stream, durable: 'test', ackWaitMs, slots: 1, handle, ...(decide ? { decide } : {}) })
  return { bus, raw, work }
}
