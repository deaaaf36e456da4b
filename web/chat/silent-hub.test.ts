import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { network, openSocket, pings } from '../../testing/browser/page-socket.ts'
import { StandInSocket } from '../../testing/browser/stand-in-socket.ts'

suite('a socket whose hub is silent', () => {
  test('a hub that takes the connection and never welcomes is left', (t) => {
    const { socket, untilNext } = openSocket(t)
    socket.connect()
    const first = StandInSocket.last
    first.open()
    assert.equal(untilNext(), 11_000)
    assert.equal(first.isClosed, true)
    first.end(1006)
    assert.equal(StandInSocket.all.length, 2)
  })

  test('a hub that goes silent is asked, believed when it answers, and left when it does not', (t) => {
    const { connect, tick, states, untilNext, frames } = openSocket(t)
    connect()
    const hub = StandInSocket.last
    tick(24_000)
    assert.equal(pings().length, 0)
    tick(2_000)
    assert.deepEqual(pings(), [{ type: 'ping', id: 1 }])
    hub.say({ type: 'pong', id: 1 })
    tick(25_000)
    assert.deepEqual([hub.isClosed, new Set(states), frames], [false, new Set(['here']), ['welcome']])
    tick(2_000)
    assert.equal(pings().length, 2)
    assert.equal(untilNext() <= 10_500, true)
    assert.equal(hub.isClosed, true)
    assert.equal(states.at(-1), 'returning')
  })

  test('a hub that owes an answer is asked after 2 s, doubted 1.5 s later, and believed again', (t) => {
    const { connect, tick, states, hub } = openSocket(t)
    connect()
    hub.owes = true
    tick(2_000)
    assert.deepEqual(pings(), [])
    tick(500)
    assert.deepEqual(pings(), [{ type: 'ping', id: 1 }])
    tick(1_500)
    assert.deepEqual(states, ['here'])
    tick(500)
    assert.equal(states.at(-1), 'returning')
    StandInSocket.last.say({ type: 'pong', id: 1 })
    assert.equal(states.at(-1), 'here')
    assert.deepEqual([StandInSocket.all.length, StandInSocket.last.isClosed, hub.gone], [1, false, 0])
  })

  test('what the browser says of its network is shown only where the hub does not answer either', (t) => {
    const { socket, connect, tick, states } = openSocket(t)
    connect()
    tick(100)
    network.onLine = false
    socket.wake()
    StandInSocket.last.say({ type: 'pong', id: 1 })
    tick(1_000)
    assert.equal(new Set(states).has('offline'), false)
    socket.wake()
    tick(1_000)
    assert.equal(states.at(-1), 'offline')
    assert.equal(StandInSocket.all.length, 1)
  })

  test('a network that is back is not waited for on the connection that was in doubt', (t) => {
    const { socket, connect, arrive, tick, states, hub } = openSocket(t)
    connect()
    tick(100)
    network.onLine = false
    socket.wake()
    tick(1_000)
    network.onLine = true
    socket.wake()
    assert.deepEqual([StandInSocket.all.length, StandInSocket.all[0]?.isClosed, hub.gone], [1, false, 0])
    tick(1_000)
    socket.wake()
    assert.deepEqual([StandInSocket.all.length, StandInSocket.all[0]?.isClosed, hub.gone], [2, true, 1])
    arrive()
    assert.equal(states.at(-1), 'here')
  })

  test('who is about to speak has the connection asked for, once and only where it was quiet', (t) => {
    const { socket, connect, tick } = openSocket(t)
    connect()
    tick(4_900)
    socket.touch()
    assert.deepEqual(pings(), [])
    tick(200)
    socket.touch()
    socket.touch()
    assert.deepEqual(pings(), [{ type: 'ping', id: 1 }])
    StandInSocket.last.end(1006)
    socket.touch()
    assert.equal(StandInSocket.all.length, 1, 'a hub that is away is not asked with every key')
  })

  test('a silent hub is asked and left although the clock was set back by an hour', (t) => {
    const { connect, tick, untilNext } = openSocket(t)
    tick(3_600_000)
    const right = Date.now
    const clock = t.mock.method(Date, 'now', () => right() + 3_600_000)
    connect()
    const hub = StandInSocket.last
    clock.mock.restore()
    tick(2_000)
    assert.deepEqual(hub.sent.at(-1), { type: 'ping', id: 1 })
    assert.equal(untilNext() <= 10_500, true)
    assert.equal(hub.isClosed, true)
  })

  test('anything heard is a sign of life', (t) => {
    const { connect, tick } = openSocket(t)
    connect()
    for (let times = 0; times < 5; times += 1) {
      tick(20_000)
      StandInSocket.last.say({ type: 'notice', kind: 'limits' })
    }
    assert.equal(StandInSocket.all.length, 1)
    assert.deepEqual(pings(), [])
  })
})
