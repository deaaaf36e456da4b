import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openBus, openReadyBus, untilConnected } from '../../testing/bus/open-bus.ts'
import { startNatsServer } from '../../testing/servers/nats-server.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { readAddress } from './address.ts'
import { connectBus } from './connection.ts'

suite('the connection', () => {
  test('comes back after every kill, and says each time that it stands', async (t) => {
    const server = await startNatsServer()
    t.after(() => server.stop())
    const { bus } = openBus(t, server.url)
    let connections = 0
    bus.onConnect(() => {
      connections += 1
    })
    for (const round of [1, 2, 3]) {
      await waitUntil(`connection ${round}`, () => connections === round)
      assert.equal(bus.state, 'connected')
      await server.kill()
      await waitUntil('the loss is noticed', () => bus.state === 'connecting')
      await server.restart()
    }
  })

  test('notices a server that went silent without closing, and comes back when it speaks again', async (t) => {
    const server = await startNatsServer()
    t.after(() => server.stop())
    const { bus } = await openReadyBus(t, server.url)
    process.kill(server.pid, 'SIGSTOP')
    await waitUntil('the silence is noticed', () => bus.state === 'connecting')
    process.kill(server.pid, 'SIGCONT')
    await untilConnected(bus)
  })

  test('comes back at once although the clock was set back by an hour since it connected', async (t) => {
    const server = await startNatsServer()
    t.after(() => server.stop())
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 })
    const { bus } = await openReadyBus(t, server.url)
    t.mock.timers.reset()
    await server.kill()
    await waitUntil('the loss is noticed', () => bus.state === 'connecting')
    await server.restart()
    await untilConnected(bus)
    assert.equal(bus.state, 'connected')
  })

  test('goes on asking while its token is refused', async (t) => {
    const server = await startNatsServer()
    t.after(() => server.stop())
    const { bus, logged } = openBus(t, `nats://wrong@127.0.0.1:${server.port}`)
    await waitUntil('it is refused', () =>
      logged.some(({ fields }) => /authorization/i.test(String(fields.error))),
    )
    assert.equal(bus.state, 'connecting')
  })

  test('closes at once when there never was a server', async () => {
    const bus = connectBus({ url: 'nats://127.0.0.1:1', name: 'lonely', role: 'test' })
    assert.equal(bus.state, 'connecting')
    await bus.close()
    await bus.close()
    assert.equal(bus.state, 'closed')
  })
})

test('an address gives servers and credentials, and an error that never shows them', () => {
  assert.deepEqual(readAddress('nats://t%40ken@127.0.0.1:4333'), {
    servers: ['127.0.0.1:4333'],
    token: 't@ken',
  })
  assert.deepEqual(readAddress('localhost'), { servers: ['localhost:4222'] })
  assert.deepEqual(readAddress('nats://me:se%3Acret@a:1, tls://[::1]:2'), {
    servers: ['a:1', '[::1]:2'],
    user: 'me',
    pass: 'se:cret',
    tls: {},
  })
  for (const wrong of ['http://secret@host', 'nats://', 'nats://secret@:4222'])
    assert.throws(
      () => readAddress(wrong),
      (error: unknown) => error instanceof TypeError && !error.message.includes('secret'),
    )
})
