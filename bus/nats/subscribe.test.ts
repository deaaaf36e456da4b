import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { openBus, openReadyBus, untilConnected } from '../../testing/bus/open-bus.ts'
import { openRawConnection } from '../../testing/bus/raw-nats.ts'
import { type NatsServer, startNatsServer } from '../../testing/servers/nats-server.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { uuidv7 } from '../contract/ids.ts'
import { requestOf, subjects } from '../contract/subjects.ts'

suite('subscriptions', () => {
  let server: NatsServer
  before(async () => {
    server = await startNatsServer()
  })
  after(() => server.stop())

  test('a hub hears only the entries that the stream took, each with its sequence and the one before', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const [user, request, other] = [uuidv7(), uuidv7(), uuidv7()]
    const heard: unknown[] = []
    const live = bus.subscribe(subjects.live(user), ({ subject, body, sequence, previousSequence }) => {
      heard.push([requestOf(subject), Buffer.from(body).toString(), sequence, previousSequence])
    })
    await live.active
    const put = (of: string, text: string, expectedLastSequence: number) =>
      bus.publish(subjects.stream(user, of), Buffer.from(text), {
        messageId: `${of}.${text}`,
        expectedLastSequence,
      })
    await put(request, 'a', 0)
    await put(other, 'x', 0)
    assert.deepEqual(await put(request, 'a zombie', 0), { outcome: 'refused' })
    await put(request, 'b', 1)
    await bus.publish(subjects.stream(uuidv7(), request), Buffer.from('another user'), { messageId: 'u' })
    await put(request, 'c', 3)
    await waitUntil('the last is heard', () => heard.length >= 4)
    assert.deepEqual(heard, [
      [request, 'a', 1, 0],
      [other, 'x', 2, 0],
      [request, 'b', 3, 1],
      [request, 'c', 5, 3],
    ])
  })

  test('a message that no stream republished has no sequences', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const user = uuidv7()
    const heard: unknown[] = []
    const notify = bus.subscribe(subjects.notify(user), ({ body, sequence, previousSequence }) => {
      heard.push([[...body], sequence, previousSequence])
    })
    await notify.active
    bus.send(subjects.notify(user), new Uint8Array([7]))
    await waitUntil('it is heard', () => heard.length === 1)
    assert.deepEqual(heard, [[[7], 0, 0]])
  })

  test('what is sent in the moment before its sender closes is heard', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const heard: string[] = []
    const hear = ({ body }: { body: Uint8Array }) => void heard.push(Buffer.from(body).toString())
    await bus.subscribe('ai.test.last', hear).active
    const rounds = 10
    for (let round = 0; round < rounds; round += 1) {
      const { bus: sender } = await openReadyBus(t, server.url)
      sender.send('ai.test.last', Buffer.from('good'))
      // What follows a write at once waits for the end of its turn of the loop.
      await Promise.resolve()
      sender.send('ai.test.last', Buffer.from('bye'))
      await sender.close()
    }
    await bus.subscribe('ai.test.after', hear).active
    assert.deepEqual(heard, Array.from({ length: rounds }, () => ['good', 'bye']).flat())
  })

  test('one member of a queue group hears each message', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const heard: string[] = []
    const hear = ({ body }: { body: Uint8Array }) => void heard.push(Buffer.from(body).toString())
    const members = [1, 2, 3].map(() => bus.subscribe('ai.test.group', hear, { queue: 'one' }))
    const everybody = bus.subscribe('ai.test.group', hear)
    await Promise.all([...members, everybody].map(({ active }) => active))
    for (const text of ['a', 'b']) bus.send('ai.test.group', Buffer.from(text))
    await waitUntil('all is heard', () => heard.length >= 4)
    assert.deepEqual(heard.sort(), ['a', 'a', 'b', 'b'])
  })

  test('a handler that throws harms no other message', async (t) => {
    const { bus, logged } = await openReadyBus(t, server.url)
    const heard: number[] = []
    const subscription = bus.subscribe('ai.test.throws', ({ body }) => {
      heard.push(body[0] ?? -1)
      if (heard.length === 1) throw new Error('once')
    })
    await subscription.active
    for (const byte of [1, 2]) bus.send('ai.test.throws', new Uint8Array([byte]))
    await waitUntil('both are heard', () => heard.length === 2)
    assert.equal(logged.filter(({ level }) => level === 'error').length, 1)
  })

  test('a subscription made before the server exists is heard, and again after a restart', async (t) => {
    const late = await startNatsServer()
    t.after(() => late.stop())
    await late.kill()
    const { bus } = openBus(t, late.url)
    const heard: string[] = []
    const subscription = bus.subscribe('ai.test.early', ({ body }) => void heard.push(body.toString()))
    await late.restart()
    await subscription.active
    bus.send('ai.test.early', Buffer.from('first'))
    await waitUntil('it is heard', () => heard.length === 1)
    await late.restart()
    await waitUntil('it is heard again', () => {
      bus.send('ai.test.early', Buffer.from('second'))
      return heard.includes('second')
    })
  })

  test('a subscription made while the bus is away is heard once it is back', async (t) => {
    const own = await startNatsServer()
    t.after(() => own.stop())
    const { bus } = await openReadyBus(t, own.url)
    await own.kill()
    await waitUntil('the loss is noticed', () => bus.state === 'connecting')
    const user = uuidv7()
    let heard = 0
    const live = bus.subscribe(subjects.notify(user), () => {
      heard += 1
    })
    await own.restart()
    await live.active
    bus.send(subjects.notify(user), new Uint8Array([1]))
    await waitUntil('it is heard', () => heard === 1)
    assert.equal(heard, 1)
  })

  test('what was unsubscribed is heard no more, also when it was never made', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const heard: string[] = []
    const first = bus.subscribe('ai.test.ends', () => void heard.push('first'))
    await first.active
    first.unsubscribe()
    const second = bus.subscribe('ai.test.ends', () => void heard.push('second'))
    await second.active
    bus.send('ai.test.ends', new Uint8Array(0))
    await waitUntil('the other is heard', () => heard.length > 0)
    assert.deepEqual(heard, ['second'])
    const { bus: lost } = openBus(t, 'nats://127.0.0.1:1')
    const never = lost.subscribe('ai.test.ends', () => undefined)
    never.unsubscribe()
    await never.active
  })

  test('10,000 subscriptions of a full hub come back with the connection', async (t) => {
    const { bus } = await openReadyBus(t, server.url)
    const heard = new Set<number>()
    const users = Array.from({ length: 10_000 }, () => uuidv7())
    const made = users.map((user, index) => bus.subscribe(subjects.live(user), () => void heard.add(index)))
    await made.at(-1)?.active
    await server.restart()
    await untilConnected(bus)
    const raw = await openRawConnection(t, server.url)
    await waitUntil('the first and the last are heard', () => {
      for (const index of [0, 9_999]) raw.publish(`ai.chat.live.${users[index]}.x`)
      return heard.size === 2
    })
  })
})
