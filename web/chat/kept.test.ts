import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { conversationOf, MemoryStorage, sendFrame } from '../../testing/browser/browser-parts.ts'
import { Outbox, type SharedStorage } from './kept.ts'

const user = uuidv7()
const key = `companions.outbox.${user}`
const outboxOf = (storage: SharedStorage | undefined, tab: string) => new Outbox(storage, user, tab)
const all = () => true
const none = () => false
const refusal = { code: 'message_too_long', detail: 'Too long' }

suite('the outbox', () => {
  test('a message stays until it is accepted, and leaves nothing in the storage then', () => {
    const storage = new MemoryStorage()
    const outbox = outboxOf(storage, 'a')
    const frame = sendFrame()
    assert.equal(outbox.add(frame), true)
    assert.equal(outbox.next(), frame)
    assert.equal(outbox.next(), frame)
    assert.match(storage.getItem(key) ?? '', new RegExp(frame.request_id))
    outbox.remove(frame.request_id)
    assert.equal(outbox.next(), undefined)
    assert.equal(storage.values.size, 0)
  })

  test('messages leave in the order they were asked, over a reload too', () => {
    const storage = new MemoryStorage()
    const frames = conversationOf('one', 'two', 'three')
    const before = outboxOf(storage, 'before')
    for (const frame of frames) before.add(frame)
    const after = outboxOf(storage, 'after')
    assert.equal(after.next(), undefined)
    after.adopt(all)
    const sent = []
    for (let next = after.next(); next !== undefined; next = after.next()) {
      sent.push(next)
      after.remove(next.request_id)
    }
    assert.deepEqual(sent, frames)
  })

  test('what was kept before a reload goes before what was asked after it', () => {
    const storage = new MemoryStorage()
    const [older, newer] = conversationOf('older', 'newer')
    assert.ok(older && newer)
    outboxOf(storage, 'before').add(older)
    const after = outboxOf(storage, 'after')
    after.add(newer)
    after.adopt(all)
    assert.deepEqual(
      after.of(older.conversation_id).map(({ frame }) => frame.message),
      ['older', 'newer'],
    )
  })

  test('each tab sends its own, and neither takes away what the other keeps', () => {
    const storage = new MemoryStorage()
    const [first, second] = [outboxOf(storage, 'first'), outboxOf(storage, 'second')]
    const [one, two, three] = [sendFrame(), sendFrame(), sendFrame()]
    first.add(one)
    second.add(two)
    first.add(three)
    assert.deepEqual(first.adopt(none), [])
    assert.deepEqual([first.next(), second.next()], [one, two])
    first.remove(one.request_id)
    second.remove(two.request_id)
    const later = outboxOf(storage, 'later')
    assert.deepEqual(
      later.adopt(all).map(({ frame }) => frame),
      [three],
    )
  })

  test('only what belonged to a tab that is gone is adopted, once', () => {
    const storage = new MemoryStorage()
    const [gone, living] = [sendFrame(), sendFrame()]
    outboxOf(storage, 'gone').add(gone)
    outboxOf(storage, 'living').add(living)
    const heir = outboxOf(storage, 'heir')
    const isGone = (tab: string) => tab === 'gone'
    assert.deepEqual(
      heir.adopt(isGone).map(({ frame }) => frame),
      [gone],
    )
    assert.deepEqual(heir.adopt(isGone), [])
    assert.deepEqual(outboxOf(storage, 'late').adopt(isGone), [])
    heir.remove(gone.request_id)
    assert.match(storage.getItem(key) ?? '', new RegExp(living.request_id))
    assert.doesNotMatch(storage.getItem(key) ?? '', new RegExp(gone.request_id))
  })

  test('a message that two living tabs hold, each for gone to the other, is kept by neither once both are answered', () => {
    const storage = new MemoryStorage()
    const [first, second] = [outboxOf(storage, 'first'), outboxOf(storage, 'second')]
    const frame = sendFrame()
    first.add(frame)
    second.adopt(all)
    first.setSent(frame.request_id, true)
    first.adopt(all)
    assert.equal(first.of(frame.conversation_id).length, 1, 'it is adopted back by one who has it')
    assert.deepEqual([first.next(), second.next()], [frame, frame])
    first.remove(frame.request_id)
    second.remove(frame.request_id)
    assert.equal(storage.getItem(key), null)
  })

  test('a message that two tabs held is gone once the one that is left takes it back', () => {
    const storage = new MemoryStorage()
    const [gone, left] = [outboxOf(storage, 'gone'), outboxOf(storage, 'left')]
    const frame = sendFrame()
    gone.add(frame)
    left.adopt(all)
    gone.setSent(frame.request_id, true)
    left.adopt(all)
    left.takeBack(frame.request_id)
    assert.deepEqual(left.adopt(all), [])
    assert.deepEqual(outboxOf(storage, 'late').adopt(all), [])
  })

  test('two people at one browser do not see each other’s messages', () => {
    const storage = new MemoryStorage()
    outboxOf(storage, 'a').add(sendFrame())
    assert.deepEqual(new Outbox(storage, uuidv7(), 'b').adopt(all), [])
  })

  test('a refused message is kept with its reason, over a reload too, and is not sent again', () => {
    const storage = new MemoryStorage()
    const [refused, good] = [sendFrame(), sendFrame()]
    const outbox = outboxOf(storage, 'a')
    outbox.add(refused)
    outbox.add(good)
    outbox.refuse(refused.request_id, refusal)
    assert.equal(outbox.next(), good)
    assert.deepEqual(outbox.refused(refused.message_id), refused)
    assert.equal(outbox.refused(good.message_id), undefined)
    const after = outboxOf(storage, 'b')
    after.adopt(all)
    assert.equal(after.next()?.request_id, good.request_id)
    assert.deepEqual(after.find(refused.request_id)?.refusal, refusal)
  })

  test('what was to follow a refused message follows what came before it', () => {
    const outbox = outboxOf(new MemoryStorage(), 'a')
    const [one, two, three] = conversationOf('one', 'two', 'three')
    assert.ok(one && two && three)
    for (const frame of [one, two, three]) outbox.add(frame)
    outbox.refuse(two.request_id, refusal)
    assert.equal(outbox.find(three.request_id)?.frame.parent_id, one.request_id)
    outbox.refuse(one.request_id, refusal)
    assert.equal(outbox.find(three.request_id)?.frame.parent_id, null)
    assert.equal(outbox.next()?.request_id, three.request_id)
  })

  test('what was to follow a refused new answer follows what the conversation ended with before', () => {
    const outbox = outboxOf(new MemoryStorage(), 'a')
    const leaf = uuidv7()
    const again = sendFrame({ kind: 'regenerate', parent_id: uuidv7() })
    const next = sendFrame({ parent_id: again.request_id })
    outbox.add(again, leaf)
    outbox.add(next)
    outbox.refuse(again.request_id, refusal)
    assert.equal(outbox.next()?.request_id, next.request_id)
    assert.equal(outbox.next()?.parent_id, leaf)
  })

  test('what was to follow a message that was taken back follows what came before it', () => {
    const outbox = outboxOf(new MemoryStorage(), 'a')
    const [one, two, three] = conversationOf('one', 'two', 'three')
    assert.ok(one && two && three)
    for (const frame of [one, two, three]) outbox.add(frame)
    outbox.takeBack(two.request_id)
    assert.equal(outbox.find(two.request_id), undefined)
    assert.equal(outbox.find(three.request_id)?.frame.parent_id, one.request_id)
  })

  test('whether a message went out is known after a reload', () => {
    const storage = new MemoryStorage()
    const [sent, unsent] = conversationOf('sent', 'unsent')
    assert.ok(sent && unsent)
    const before = outboxOf(storage, 'before')
    for (const frame of [sent, unsent]) before.add(frame)
    before.setSent(sent.request_id, true)
    const after = outboxOf(storage, 'after')
    after.adopt(all)
    assert.deepEqual(
      after.of(sent.conversation_id).map(({ sent }) => sent),
      [true, false],
    )
  })

  test('fifty messages of all tabs fit, one more does not, and there is room again when one is gone', () => {
    const storage = new MemoryStorage()
    const [first, second] = [outboxOf(storage, 'first'), outboxOf(storage, 'second')]
    const frames = Array.from({ length: 50 }, () => sendFrame())
    for (const [index, frame] of frames.entries())
      assert.equal((index % 2 ? first : second).add(frame), true, String(index))
    const late = sendFrame()
    assert.equal(first.add(late), false)
    assert.equal(first.find(late.request_id), undefined)
    second.remove(frames[0]?.request_id ?? '')
    assert.equal(first.add(late), true)
  })

  test('long messages fill it before their number does', () => {
    const outbox = outboxOf(new MemoryStorage(), 'a')
    let kept = 0
    while (outbox.add(sendFrame({ message: 'x'.repeat(100_000) }))) kept += 1
    assert.equal(kept, 14)
  })

  test('without room or leave in the storage a message is sent all the same', () => {
    const full = new MemoryStorage()
    full.fits = 0
    const refuse = () => {
      throw new DOMException('Forbidden', 'SecurityError')
    }
    const forbidden = { getItem: refuse, setItem: refuse, removeItem: refuse }
    for (const storage of [full, forbidden, undefined]) {
      const outbox = outboxOf(storage, 'a')
      const frame = sendFrame()
      assert.equal(outbox.add(frame), true)
      assert.deepEqual(outbox.adopt(all), [])
      assert.equal(outbox.next(), frame)
      outbox.remove(frame.request_id)
      assert.equal(outbox.next(), undefined)
    }
  })

  const good = { frame: sendFrame(), tab: 'gone' }
  const { frame } = good
  const spoilt: Record<string, string> = {
    nothing: '',
    'half of it': JSON.stringify([good]).slice(0, -10),
    'another type': '"text"',
    'no list': JSON.stringify({ 0: good }),
    'foreign entries': JSON.stringify([null, 1, 'x', [], {}, { tab: 'x' }]),
    'no tab': JSON.stringify([{ frame }]),
    'no id': JSON.stringify([{ ...good, frame: { ...frame, request_id: undefined } }]),
    'an id that is none': JSON.stringify([{ ...good, frame: { ...frame, request_id: 'x' } }]),
    'another frame': JSON.stringify([{ ...good, frame: { ...frame, type: 'chat.cancel' } }]),
  }
  for (const [name, text] of Object.entries(spoilt)) {
    test(`storage that holds ${name} costs nothing but what it held`, () => {
      const storage = new MemoryStorage()
      storage.setItem(key, text)
      const outbox = outboxOf(storage, 'a')
      assert.deepEqual(outbox.adopt(all), [])
      const fresh = sendFrame()
      assert.equal(outbox.add(fresh), true)
      assert.equal(outbox.next(), fresh)
      assert.deepEqual(
        outboxOf(storage, 'b')
          .adopt(all)
          .map((entry) => entry.frame),
        [fresh],
      )
    })
  }

  test('a good entry between spoilt ones is still sent', () => {
    const storage = new MemoryStorage()
    storage.setItem(key, JSON.stringify([null, good, { tab: 'gone', frame: {} }]))
    const outbox = outboxOf(storage, 'a')
    outbox.adopt(all)
    assert.deepEqual(outbox.next(), good.frame)
  })
})
