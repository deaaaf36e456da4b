import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { errorCodes } from '../../bus/contract/errors.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { conversationOf, MemoryStorage } from '../../testing/browser/browser-parts.ts'
import { network, openSocket, pings } from '../../testing/browser/page-socket.ts'
import { StandInSocket, welcomeFrame } from '../../testing/browser/stand-in-socket.ts'
import { Delivery } from './delivery.ts'
import { Outbox } from './kept.ts'
import { ChatSocket } from './socket.ts'

suite('the socket', () => {
  test('says hello first and sends nothing else before it is welcome', (t) => {
    const { socket, frames, states, arrive } = openSocket(t)
    socket.connect()
    socket.connect()
    assert.equal(StandInSocket.all.length, 1)
    assert.equal(StandInSocket.last.protocol, 'companions.v1')
    assert.equal(StandInSocket.last.binaryType, 'arraybuffer')
    assert.equal(socket.send({ type: 'ping', id: 7 }), false)
    arrive()
    assert.equal(socket.send({ type: 'ping', id: 7 }), true)
    assert.deepEqual(StandInSocket.last.sent, [
      { type: 'hello', protocol: 1, client_id: 'tab', resume: [] },
      { type: 'ping', id: 7 },
    ])
    assert.deepEqual([frames, states], [['welcome'], ['here']])
  })

  test('comes back ever more slowly while nobody answers, and at once again after a connection that held', (t) => {
    const { socket, arrive, tick, untilNext, states } = openSocket(t)
    socket.connect()
    for (const waitMs of [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      StandInSocket.last.end(1006)
      assert.equal(untilNext(), waitMs)
    }
    assert.deepEqual(states.slice(0, 5), ['returning', 'returning', 'returning', 'away', 'away'])
    arrive()
    tick(3_500)
    StandInSocket.last.end(1006)
    assert.equal(untilNext(), 500)
  })

  test('a hub that welcomes and is gone at once is come back to ever more slowly, and one that held at once', (t) => {
    const { connect, arrive, tick, untilNext } = openSocket(t)
    connect()
    for (const waitMs of [500, 1_000, 2_000, 4_000]) {
      tick(2_900)
      StandInSocket.last.end(4008)
      assert.equal(untilNext(), waitMs)
      arrive()
    }
    tick(3_500)
    StandInSocket.last.end(4008)
    assert.equal(untilNext(), 500)
  })

  test('without a network it is called offline at once', (t) => {
    const { connect, states } = openSocket(t)
    connect()
    network.onLine = false
    StandInSocket.last.end(1006)
    assert.equal(states.at(-1), 'offline')
  })

  test('a hub that goes says when to come back, and that counts once', (t) => {
    const { connect, untilNext } = openSocket(t)
    connect()
    StandInSocket.last.say({ type: 'notice', kind: 'drain', retry_after_ms: 3_210 })
    StandInSocket.last.end(1012)
    assert.equal(untilNext(), 3_210)
    StandInSocket.last.end(1006)
    assert.equal(untilNext(), 1_000)
  })

  test('another notice does not make it forget when to come back', (t) => {
    const { connect, untilNext } = openSocket(t)
    connect()
    StandInSocket.last.say({ type: 'notice', kind: 'drain', retry_after_ms: 3_210 })
    StandInSocket.last.say({ type: 'notice', kind: 'limits' })
    StandInSocket.last.end(1012)
    assert.equal(untilNext(), 3_210)
  })

  const passing = Object.values(errorCodes).filter(({ retryable }) => retryable)
  const lasting = Object.values(errorCodes).filter(({ retryable }) => !retryable)

  test('every close that can pass, and the network’s own, brings it back', (t) => {
    const { connect, refusals, arrive, untilNext } = openSocket(t)
    connect()
    for (const code of [...passing.map(({ close }) => close), 1000, 1001, 1005, 1006, 1011, 1012, 1015]) {
      StandInSocket.last.end(code)
      untilNext()
      arrive()
    }
    assert.deepEqual(refusals, [])
  })

  for (const code of new Set([1002, 4999, ...lasting.map(({ close }) => close)])) {
    test(`a close with ${code} keeps it away, whatever wakes it`, (t) => {
      const { socket, connect, refusals, states, tick } = openSocket(t)
      connect()
      StandInSocket.last.end(code)
      tick(60_000)
      socket.wake()
      socket.connect()
      assert.equal(StandInSocket.all.length, 1)
      assert.deepEqual([refusals, states.at(-1)], [[code], 'ended'])
    })
  }

  test('a close that should keep it away does not where the page took the cause away', (t) => {
    const { connect, may, untilNext } = openSocket(t)
    connect()
    may.comeBack = true
    StandInSocket.last.end(4501)
    assert.equal(untilNext(), 500)
  })

  test('a message for which a hub closes the connection is refused, and those behind it go out on the next', (t) => {
    const { arrive, untilNext } = openSocket(t)
    const outbox = new Outbox(new MemoryStorage(), uuidv7(), 'tab')
    const [one, two] = conversationOf('one', 'two')
    assert.ok(one && two)
    for (const frame of [one, two]) outbox.add(frame)
    const delivery = new Delivery(outbox, {
      send: (frame) => socket.send(frame),
      onRefused: () => {},
      onDelayed: () => {},
    })
    const socket = new ChatSocket('ws://house.invalid/ws', 'tab', {
      resume: () => [],
      isWaiting: () => false,
      onWelcome: () => delivery.restart(),
      onFrame: () => {},
      onState: () => {},
      onGone: () => delivery.restart(),
      onRefused: () => delivery.blame('frame_invalid', 'The server cannot take this message.'),
    })
    socket.connect()
    arrive()
    StandInSocket.last.end(1009)
    untilNext()
    arrive()
    assert.deepEqual(outbox.refused(one.message_id), one)
    const sent = StandInSocket.last.sent.filter((frame) => frame.type === 'chat.send')
    assert.deepEqual(
      sent.map(({ message }) => message),
      ['two'],
    )
    assert.equal(StandInSocket.all[0]?.sent.filter(({ type }) => type === 'chat.send').length, 1)
    delivery.accept(two.request_id)
    StandInSocket.last.end(1009)
    assert.equal(outbox.next(), undefined)
  })

  test('a page that is seen again does not wait any longer, and asks whether a connection holds', (t) => {
    const { socket, connect, arrive, tick } = openSocket(t)
    connect()
    StandInSocket.last.end(1006)
    socket.wake()
    assert.equal(StandInSocket.all.length, 2)
    tick(5_000)
    assert.equal(StandInSocket.all.length, 2)
    arrive()
    socket.wake()
    socket.wake()
    assert.deepEqual(pings(), [{ type: 'ping', id: 1 }])
  })

  test('a frame that cannot be read ends the connection, and one that comes again and again the trying', (t) => {
    const { connect, arrive, refusals, states, untilNext } = openSocket(t)
    connect()
    for (const unreadable of ['c1', '', 'c0', '07', '81a474797065c0']) {
      if (refusals.length > 0) break
      StandInSocket.last.sayBytes(Buffer.from(unreadable, 'hex'))
      assert.equal(StandInSocket.last.isClosed, true)
      if (refusals.length > 0) break
      untilNext()
      arrive()
    }
    assert.deepEqual([refusals, states.at(-1), StandInSocket.all.length], [[4503], 'ended', 3])
  })

  test('frames that cannot be read with calm between them do not add up', (t) => {
    const { connect, arrive, refusals, untilNext } = openSocket(t)
    connect()
    for (let times = 0; times < 10; times += 1) {
      StandInSocket.last.say({ type: 'pong', id: times })
      StandInSocket.last.sayBytes(Buffer.from('c1', 'hex'))
      untilNext()
      arrive()
    }
    assert.deepEqual(refusals, [])
  })

  test('a page that rests holds no socket and no timer, and comes back when it wakes', (t) => {
    const { socket, connect, tick, states } = openSocket(t)
    connect()
    socket.rest()
    tick(60_000)
    assert.deepEqual([StandInSocket.all.length, StandInSocket.last.isClosed], [1, true])
    socket.wake()
    assert.equal(StandInSocket.all.length, 2)
    StandInSocket.last.end(1006)
    socket.rest()
    tick(60_000)
    assert.equal(StandInSocket.all.length, 2)
    socket.stop()
    socket.wake()
    assert.equal(StandInSocket.all.length, 2)
    assert.deepEqual(states.slice(-2), ['returning', 'ended'], 'who left for good does not say it returns')
  })

  test('what an old socket still says after the new one is there is not heard', (t) => {
    const { connect, arrive, socket, states, frames } = openSocket(t)
    connect()
    const old = StandInSocket.last
    socket.rest()
    socket.wake()
    arrive()
    old.say({ type: 'pong', id: 1 })
    old.say(welcomeFrame())
    old.end(4510)
    assert.deepEqual(states, ['here', 'returning', 'here'])
    assert.deepEqual(frames, ['welcome', 'welcome'])
  })
})
