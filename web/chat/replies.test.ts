import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { aheadAt, assertGrows, logOf, page, requestId, text } from '../../testing/browser/followed-reply.ts'

suite('replies', () => {
  test('a reply grows entry by entry and is followed no longer at its end', (t) => {
    const { replies, read, shown, ended } = page(t)
    read(...logOf())
    assert.deepEqual(shown, ['', 'One ', 'One two ', 'One two three ', text])
    assert.deepEqual(ended, [text])
    assert.equal(replies.has(requestId), false)
  })

  test('text ahead of the log is shown at once, and not again when the log has it', (t) => {
    const { replies, read, shown, ended } = page(t)
    const log = logOf()
    read(...log.slice(0, 2))
    for (const [offset, word] of [
      [4, 'two '],
      [8, 'thr'],
      [8, 'thr'],
    ] as const)
      replies.readAhead(aheadAt(offset, word))
    read(...log.slice(2))
    assert.deepEqual(shown, ['', 'One ', 'One two ', 'One two thr', 'One two thr', 'One two three ', text])
    assert.deepEqual(ended, [text])
    assertGrows(shown)
  })

  test('what its writer died with before the log had it goes when the next one begins', (t) => {
    const { replies, read, shown, ended } = page(t)
    const [start, one] = logOf()
    const [, , two, three, four, end] = logOf(requestId, 2)
    assert.ok(start?.entry.type === 'start' && one && two && three && four && end)
    read(start, one)
    replies.readAhead(aheadAt(4, 'too many'))
    const next = { ...start.entry, attempt: 2, owner: 'owner 2', offset: 4 }
    read({ ...start, seq: 12, entry: next })
    replies.readAhead(aheadAt(12, ' words', 1))
    for (const [index, frame] of [two, three, four, end].entries()) read({ ...frame, seq: 13 + index })
    assert.deepEqual(shown.slice(2), ['One too many', 'One ', 'One two ', 'One two three ', text])
    assert.deepEqual(ended, [text])
  })

  test('text that was shown ahead stays while the log is read again from its beginning', (t) => {
    const { replies, read, resumed, shown } = page(t)
    const log = logOf()
    read(...log.slice(0, 2))
    replies.readAhead(aheadAt(4, 'two thr'))
    replies.disconnected()
    replies.resume()
    resumed('snapshot')
    read(...log.slice(0, 4))
    assertGrows(shown)
    assert.equal(shown.at(-1), 'One two three ')
  })

  test('entries of requests that nobody follows here are dropped', (t) => {
    const { replies, read, shown, ended } = page(t)
    read(...logOf(uuidv7()))
    assert.deepEqual([shown, ended, replies.has(requestId)], [[], [], true])
  })

  test('after a gap the log is read from its beginning, and the text is the same', (t) => {
    const { read, asked, resumed, ended, shown } = page(t)
    const log = logOf()
    read(...log.slice(0, 3), ...log.slice(4))
    assert.deepEqual(asked, [[0, 0]])
    resumed('snapshot')
    read(...log)
    assert.deepEqual(ended, [text])
    assertGrows(shown)
  })

  test('gaps in a row ask no faster than once a second', (t) => {
    const { read, asked, resumed, tick, ended } = page(t)
    const log = logOf()
    const gap = [...log.slice(0, 1), ...log.slice(3, 4)]
    read(...gap)
    resumed('snapshot')
    read(...gap)
    tick(999)
    assert.equal(asked.length, 1)
    tick(1)
    assert.deepEqual(asked, [
      [0, 0],
      [0, 0],
    ])
    resumed('snapshot')
    read(...log)
    assert.deepEqual(ended, [text])
  })

  test('a clock that is set back by an hour delays no question', (t) => {
    const clock = t.mock.method(Date, 'now', () => 7_200_000)
    const { read, asked, resumed, tick } = page(t)
    const gap = logOf().filter((_, index) => index !== 1 && index < 4)
    read(...gap)
    resumed('snapshot')
    clock.mock.mockImplementation(() => 3_600_000)
    read(...gap)
    tick(1_000)
    assert.equal(asked.length, 2)
  })

  for (const outcome of ['continued', 'snapshot'] as const) {
    test(`a reply goes on over a broken line when it is ${outcome}`, (t) => {
      const { replies, read, resumed, ended, shown } = page(t)
      const log = logOf()
      read(...log.slice(0, 3))
      replies.disconnected()
      assert.deepEqual(replies.resume(), [{ request_id: requestId, epoch: 1, seq: 12 }])
      read(...log.slice(5))
      resumed(outcome)
      read(...log.slice(outcome === 'continued' ? 3 : 0))
      assert.deepEqual(ended, [text])
      assertGrows(shown)
    })
  }

  test('a reply whose log is no more is fetched, and followed no longer', (t) => {
    const { replies, resumed, lost, ended } = page(t)
    replies.resume()
    resumed('lost')
    resumed('lost')
    assert.deepEqual([lost, ended, replies.has(requestId)], [[requestId], [], false])
  })

  test('replays between live entries, twice over, end in the same text', (t) => {
    const { read, ended } = page(t)
    const log = logOf()
    read(...log.slice(0, 3), ...log.slice(0, 4), ...log.slice(1, 5), ...log)
    assert.deepEqual(ended, [text])
  })

  test('another epoch begins the text anew, whatever its numbers are', (t) => {
    const { read, ended, asked } = page(t)
    const fresh = logOf(requestId, 101, 2).map((frame, index) => ({ ...frame, seq: 1 + index }))
    const old = logOf()
    read(...old.slice(0, 4), ...fresh.slice(0, 2), ...old.slice(4), ...fresh.slice(2))
    assert.deepEqual([ended, asked], [[text], []])
  })

  test('only what the hub has is resumed, and what does not fit a hello is asked for after it', (t) => {
    const { replies, asked } = page(t)
    replies.follow(uuidv7())
    for (let count = 0; count < 34; count += 1) {
      const id = uuidv7()
      replies.follow(id)
      replies.accept(id, false)
    }
    assert.equal(replies.resume().length, 32)
    replies.resumeRest()
    assert.equal(asked.length, 3)
  })

  test('what was said before this socket listened is asked for, once nothing of it is here', (t) => {
    const { replies, asked, read } = page(t)
    replies.accept(requestId, true)
    replies.accept(uuidv7(), true)
    assert.deepEqual(asked, [[0, 0]])
    replies.refused(requestId)
    read(...logOf().slice(0, 2))
    replies.accept(requestId, true)
    assert.equal(asked.length, 1)
  })
})
