import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { ChatSendFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { conversationOf, MemoryStorage, sendFrame } from '../../testing/browser/browser-parts.ts'
import { cleaned, Delivery, flawOf, limitsOf } from './delivery.ts'
import { Outbox, type Refusal } from './kept.ts'
import { encode } from './messagepack.ts'

const storeAway = { code: 'store_unavailable', detail: 'The store is away', retryable: true }
const limited = { code: 'rate_limited', detail: 'Too many requests', retryable: true }
const tooLong = { code: 'message_too_long', detail: 'Too long', retryable: false }

/** A page that delivers, with a line that can be cut. */
function page(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  t.mock.method(Math, 'random', () => 1)
  const outbox = new Outbox(new MemoryStorage(), uuidv7(), 'tab')
  const sent: (string | undefined)[] = []
  const refused: [ChatSendFrame, Refusal | undefined][] = []
  const delayed: [message: string | undefined, why: string, afterMs: number][] = []
  const line = { isUp: true }
  const delivery = new Delivery(outbox, {
    send: (frame) => {
      if (line.isUp) sent.push(frame.message)
      return line.isUp
    },
    onRefused: ({ frame, refusal }) => refused.push([frame, refusal]),
    onDelayed: ({ message }, why, afterMs) => delayed.push([message, why, afterMs]),
  })
  const ask = (...frames: ChatSendFrame[]) => {
    for (const frame of frames) outbox.add(frame)
    delivery.pump()
  }
  return { outbox, sent, refused, delayed, line, delivery, ask, tick: (ms: number) => t.mock.timers.tick(ms) }
}

suite('delivery', () => {
  test('the next message goes when the one before it is accepted, in order, each once', (t) => {
    const { sent, delivery, ask, outbox } = page(t)
    const frames = conversationOf('one', 'two', 'three')
    ask(...frames)
    delivery.pump()
    for (const [index, frame] of frames.entries()) {
      assert.deepEqual(sent, ['one', 'two', 'three'].slice(0, index + 1))
      assert.equal(delivery.takeBack(frame.request_id), false, 'the hub may have it')
      assert.equal(delivery.accept(frame.request_id), frame)
    }
    assert.deepEqual(sent, ['one', 'two', 'three'])
    assert.equal(outbox.next(), undefined)
  })

  test('what is never answered goes again after a while, and again', (t) => {
    const { sent, ask, tick } = page(t)
    ask(sendFrame({ message: 'one' }))
    tick(14_999)
    assert.equal(sent.length, 1)
    tick(1)
    assert.equal(sent.length, 2)
    tick(15_000)
    assert.equal(sent.length, 3)
  })

  test('without a line nothing is lost, and all goes out once when it is back', (t) => {
    const { sent, line, delivery, ask, tick } = page(t)
    line.isUp = false
    const [one, two] = conversationOf('one', 'two')
    assert.ok(one && two)
    ask(one, two)
    tick(60_000)
    assert.deepEqual(sent, [])
    line.isUp = true
    delivery.restart()
    delivery.accept(one.request_id)
    delivery.accept(two.request_id)
    assert.deepEqual(sent, ['one', 'two'])
  })

  test('what was on its way when the line broke goes again on the next one', (t) => {
    const { sent, line, delivery, ask } = page(t)
    ask(sendFrame({ message: 'one' }))
    line.isUp = false
    delivery.restart()
    line.isUp = true
    delivery.restart()
    assert.deepEqual(sent, ['one', 'one'])
  })

  test('a refusal that can pass is tried again, later each time, and at first again after a success', (t) => {
    const { sent, delivery, ask, tick, refused, delayed } = page(t)
    const [one, two] = conversationOf('one', 'two')
    assert.ok(one && two)
    ask(one, two)
    for (const waitMs of [1_500, 2_000, 3_000, 5_000, 9_000, 16_000, 16_000]) {
      const before = sent.length
      delivery.fail({ ...storeAway, request_id: one.request_id })
      delivery.pump()
      tick(waitMs - 1)
      assert.equal(sent.length, before, `not yet after ${waitMs - 1} ms`)
      tick(1)
      assert.equal(sent.length, before + 1, `again after ${waitMs} ms`)
    }
    delivery.accept(one.request_id)
    assert.equal(sent.at(-1), 'two')
    delivery.fail({ ...storeAway, request_id: two.request_id })
    tick(1_500)
    assert.deepEqual(sent.slice(-2), ['two', 'two'])
    assert.deepEqual(refused, [])
    assert.equal(delayed.length, 8)
    assert.deepEqual(delayed.at(-1), ['two', storeAway.detail, 1_500], 'and each time it is told why')
  })

  test('a hub that says when is not asked sooner, and told apart from one that does not', (t) => {
    const { sent, delivery, ask, tick, delayed } = page(t)
    const one = sendFrame({ message: 'one' })
    ask(one)
    delivery.fail({ ...limited, retry_after_ms: 42_000, request_id: one.request_id })
    assert.deepEqual(delayed, [['one', limited.detail, 42_500]])
    tick(42_499)
    assert.equal(sent.length, 1)
    tick(1)
    assert.equal(sent.length, 2)
    delivery.fail({ ...limited, retry_after_ms: 1e12, request_id: one.request_id })
    tick(86_400_999)
    assert.equal(sent.length, 2, 'what no timer can count does not come at once')
    tick(1)
    assert.equal(sent.length, 3)
  })

  test('what the hub did not take past a limit can be taken back, and what waits behind it goes', (t) => {
    const { sent, delivery, ask, outbox } = page(t)
    const [one, two] = conversationOf('one', 'two')
    assert.ok(one && two)
    ask(one, two)
    delivery.fail({ ...storeAway, request_id: one.request_id })
    assert.equal(delivery.takeBack(one.request_id), false, 'it may have been committed')
    delivery.fail({ ...limited, retry_after_ms: 60_000, request_id: one.request_id })
    assert.equal(delivery.takeBack(one.request_id), true)
    assert.equal(outbox.next()?.parent_id, null)
    assert.deepEqual(sent, ['one', 'two'])
    assert.equal(delivery.takeBack(two.request_id), false)
  })

  test('what was sent on a connection that broke before an answer cannot be taken back', (t) => {
    const { line, delivery, ask, outbox } = page(t)
    const [one, two] = conversationOf('one', 'two')
    assert.ok(one && two)
    ask(one, two)
    line.isUp = false
    delivery.restart()
    assert.equal(delivery.takeBack(one.request_id), false, 'the hub may have committed it before it died')
    assert.equal(outbox.next(), one)
    assert.equal(delivery.takeBack(two.request_id), true, 'it never went out')
  })

  test('what may have been committed cannot be taken back while it waits to be sent again', (t) => {
    const { delivery, ask, tick, line } = page(t)
    const one = sendFrame()
    ask(one)
    line.isUp = false
    tick(15_000)
    assert.equal(delivery.takeBack(one.request_id), false)
    line.isUp = true
    delivery.restart()
    delivery.fail({ ...limited, retry_after_ms: 60_000, request_id: one.request_id })
    line.isUp = false
    delivery.restart()
    assert.equal(delivery.takeBack(one.request_id), true, 'the hub has said that it has kept nothing')
  })

  test('a refusal that lasts is told once, never sent again, and holds up nothing', (t) => {
    const { sent, delivery, ask, tick, refused, outbox } = page(t)
    const [one, two] = conversationOf('one', 'two')
    assert.ok(one && two)
    ask(one, two)
    delivery.fail({ ...tooLong, request_id: one.request_id })
    delivery.fail({ ...tooLong, request_id: one.request_id })
    assert.deepEqual(refused, [[one, { code: 'message_too_long', detail: 'Too long' }]])
    assert.deepEqual(sent, ['one', 'two'])
    assert.equal(outbox.next()?.parent_id, null)
    delivery.accept(two.request_id)
    delivery.restart()
    tick(60_000)
    assert.deepEqual(sent, ['one', 'two'])
    assert.notEqual(outbox.refused(one.message_id), undefined)
  })

  test('an error about something else changes nothing', (t) => {
    const { sent, delivery, ask, refused } = page(t)
    ask(...conversationOf('one', 'two'))
    delivery.fail(tooLong)
    delivery.fail({ ...tooLong, request_id: uuidv7() })
    assert.deepEqual(refused, [])
    assert.deepEqual(sent, ['one'])
  })

  test('an acceptance that comes late or twice does not free the message after it', (t) => {
    const { sent, delivery, ask } = page(t)
    const [one, two, three] = conversationOf('one', 'two', 'three')
    assert.ok(one && two && three)
    ask(one, two, three)
    delivery.accept(one.request_id)
    assert.equal(delivery.accept(one.request_id), undefined)
    assert.equal(delivery.takeBack(two.request_id), false)
    assert.deepEqual(sent, ['one', 'two'])
  })

  test('the frame for which a hub closed the socket is refused, and only where one was on its way', (t) => {
    const { sent, delivery, ask, refused } = page(t)
    assert.equal(delivery.blame('frame_invalid', 'No'), false)
    ask(...conversationOf('one', 'two'))
    assert.equal(delivery.blame('frame_invalid', 'No'), true)
    assert.deepEqual(
      refused.map(([frame]) => frame.message),
      ['one'],
    )
    assert.deepEqual(sent, ['one', 'two'])
  })
})

suite('what a message may be', () => {
  test('controls, lone surrogates and blank space around it go before it is sent', () => {
    assert.equal(cleaned('  a\r\nb\rc\td\n'), 'a\nb\nc\td')
    assert.equal(cleaned('a\u0000b\u001b[31m\u007f\u0085c'), 'ab[31mc')
    assert.equal(cleaned('\ud83d x \ude00'), '\ufffd x \ufffd')
    assert.equal(cleaned('👩‍🚀'), '👩‍🚀')
    assert.equal(cleaned(' \u0000\n\t\u00a0'), '')
  })

  test('the longest message fits and one more code unit is told in words, with both numbers', () => {
    const limits = { messageLength: 32_000, frameBytes: 262_144 }
    assert.equal(flawOf(sendFrame({ message: 'x'.repeat(32_000) }), limits), undefined)
    const flaw = flawOf(sendFrame({ message: '👩'.repeat(16_001) }), limits) ?? ''
    const number = (count: number) => count.toLocaleString()
    assert.ok(flaw.includes(number(32_002)) && flaw.includes(number(32_000)), flaw)
  })

  test('the bytes of the frame count, not its letters', () => {
    const frame = sendFrame({ message: '語'.repeat(1_000) })
    const frameBytes = encode(frame).byteLength
    const limits = { messageLength: 32_000, frameBytes }
    assert.ok(frameBytes > 3_000)
    assert.equal(flawOf(frame, limits), undefined)
    assert.equal(flawOf(frame, { ...limits, frameBytes: frameBytes - 1 }), 'This is too large to send.')
  })

  test('a frame without a message has no length to be wrong', () => {
    const { message: _, ...frame } = sendFrame({ kind: 'regenerate' })
    assert.equal(flawOf(frame, { messageLength: 0, frameBytes: Infinity }), undefined)
  })

  test('a page that does not say how long a message may be sets no limit', () => {
    assert.equal(limitsOf({}).messageLength, Infinity)
    assert.equal(limitsOf({ maxMessageLength: '100' }).messageLength, 100)
  })
})
