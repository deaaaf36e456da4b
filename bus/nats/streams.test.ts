import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { openBus, openReadyBus, untilConnected } from '../../testing/bus/open-bus.ts'
import { consumerInfo, openRawConnection, streamInfo } from '../../testing/bus/raw-nats.ts'
import { type NatsServer, startNatsServer } from '../../testing/servers/nats-server.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { uuidv7 } from '../contract/ids.ts'
import { consumers, streams } from '../contract/streams.ts'
import { subjects } from '../contract/subjects.ts'
import { callApi } from './api.ts'

suite('streams', () => {
  let server: NatsServer
  before(async () => {
    server = await startNatsServer()
  })
  beforeEach(() => server.restart({ wipe: true }))
  after(() => server.stop())

  test('two hubs at once and a third one later make the streams once', async (t) => {
    const pair = [openBus(t, server.url, { role: 'hub' }), openBus(t, server.url, { role: 'hub' })]
    await Promise.all(pair.map(({ bus }) => untilConnected(bus)))
    const late = await openReadyBus(t, server.url, { role: 'hub' })
    const all = [...pair, late]
    for (const { name } of Object.values(streams)) {
      const epochs = all.map(({ bus }) => bus.epochOf(name))
      assert.ok(epochs[0] !== undefined && epochs[0] > 0)
      assert.deepEqual(epochs, [epochs[0], epochs[0], epochs[0]])
    }
    const complaints = all.flatMap(({ logged }) => logged).filter(({ level }) => level !== 'info')
    assert.deepEqual(complaints, [])
    assert.deepEqual(
      late.logged.map(({ message }) => message),
      ['The bus is connected'],
    )
  })

  test('the server keeps every stream and consumer as the tables say', async (t) => {
    await openReadyBus(t, server.url, { maxBytesScale: 0.5 })
    const raw = await openRawConnection(t, server.url)
    for (const spec of Object.values(streams)) {
      const { config } = await streamInfo(raw, spec.name)
      assert.deepEqual(
        {
          subjects: config.subjects,
          storage: config.storage,
          retention: config.retention,
          discard: config.discard,
          maxAgeMs: Number(config.max_age) / 1e6,
          maxBytes: Number(config.max_bytes) * 2,
          replicas: config.num_replicas,
        },
        {
          subjects: [...spec.subjects],
          storage: 'file',
          retention: spec.retention,
          discard: 'new',
          maxAgeMs: spec.maxAgeMs,
          maxBytes: spec.maxBytes,
          replicas: 1,
        },
      )
    }
    for (const { stream, durable, ackWaitMs, maxPending } of Object.values(consumers)) {
      const { config } = await consumerInfo(raw, stream, durable)
      assert.equal(config.ack_wait, ackWaitMs * 1e6)
      assert.equal(config.max_ack_pending, maxPending)
      assert.equal(config.max_deliver, -1)
    }
  })

  test('a hub brings an older stream up to date and keeps what it holds; a worker leaves it', async (t) => {
    await openReadyBus(t, server.url, { role: 'hub' })
    const raw = await openRawConnection(t, server.url)
    const { name } = streams.log
    const { config: made } = await streamInfo(raw, name)
    await callApi(raw, `STREAM.UPDATE.${name}`, { ...made, max_age: 180e9, discard: 'old' })
    await raw.request(subjects.stream(uuidv7(), uuidv7()), 'kept')

    await openReadyBus(t, server.url, { role: 'worker' })
    assert.equal((await streamInfo(raw, name)).config.max_age, 180e9)

    await openReadyBus(t, server.url, { role: 'hub' })
    const { config, state } = await streamInfo(raw, name)
    assert.equal(config.max_age, streams.log.maxAgeMs * 1e6)
    assert.equal(config.discard, 'new')
    assert.equal(state.messages, 1)
  })

  test('a worker makes nothing, says once that it waits, and goes on when a hub has made the streams', async (t) => {
    const waiting = 'The streams do not stand yet'
    const { bus, logged } = openBus(t, server.url, { role: 'worker' })
    const raw = await openRawConnection(t, server.url)
    await waitUntil('the worker misses a stream', () => logged.some(({ message }) => message === waiting))
    assert.equal(bus.state, 'connecting')
    await assert.rejects(streamInfo(raw, streams.chat.name), { code: 10_059 })

    await openReadyBus(t, server.url, { role: 'hub' })
    await untilConnected(bus)
    const waits = logged.filter(({ message }) => message === waiting)
    // Between two looks some of what it waits for may be there: then it waits for something else.
    assert.deepEqual(
      waits.map(({ fields }) => fields.error),
      [...new Set(waits.map(({ fields }) => fields.error))],
    )
    assert.ok(waits.every(({ level }) => level === 'info'))
    assert.ok(bus.epochOf(streams.log.name) > 0)
    assert.equal(bus.epochOf(streams.logins.name), 0)
  })

  test('a difference that cannot be changed is logged as an error and left', async (t) => {
    const raw = await openRawConnection(t, server.url)
    const { name } = streams.finals
    const other = { name, subjects: [...streams.finals.subjects], storage: 'memory', retention: 'limits' }
    await callApi(raw, `STREAM.CREATE.${name}`, other)
    await raw.request(subjects.final(uuidv7(), uuidv7()), 'kept')

    const { logged } = await openReadyBus(t, server.url, { role: 'hub' })

    const stuck = logged.find(({ message }) => message === 'A stream has what cannot be changed')
    assert.equal(stuck?.level, 'error')
    assert.deepEqual(stuck?.fields, { stream: name, stuck: ['storage', 'retention'] })
    assert.equal((await streamInfo(raw, name)).state.messages, 1)
  })

  test('a server that lost its data gets its streams anew, with another epoch', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const lost = bus.epochOf(streams.log.name)
    let connections = 0
    bus.onConnect(() => {
      connections += 1
    })
    await server.kill()
    await server.restart({ wipe: true })
    await waitUntil('the bus is back', () => connections === 1)
    assert.ok(bus.epochOf(streams.log.name) > lost)
  })

  test('a deleted stream is made anew when somebody misses it, and the epoch tells', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const raw = await openRawConnection(t, server.url)
    const lost = bus.epochOf(streams.log.name)
    let announced = 0
    bus.onConnect(() => {
      announced += 1
    })
    await callApi(raw, `STREAM.DELETE.${streams.log.name}`)
    const options = { messageId: 'a.0', expectedLastSequence: 0 }
    const published = await bus.publish(subjects.stream(uuidv7(), uuidv7()), new Uint8Array([1]), options)
    assert.deepEqual(published, { outcome: 'stored', seq: 1, duplicate: false })
    assert.ok(bus.epochOf(streams.log.name) > lost)
    assert.equal(announced, 1)
  })

  test('a stream that another hub makes anew right after a look is seen by the look that was asked for then', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const raw = await openRawConnection(t, server.url)
    const lost = bus.epochOf(streams.log.name)
    await bus.lookAgain()
    await callApi(raw, `STREAM.DELETE.${streams.log.name}`)
    await openReadyBus(t, server.url)
    await bus.lookAgain()
    await waitUntil('it is seen', () => bus.epochOf(streams.log.name) > lost)
  })
})
