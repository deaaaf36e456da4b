import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { ChatEntryFrame } from '../../bus/contract/frames.ts'
import { aheadAt, logOf, page, requestId } from '../../testing/browser/followed-reply.ts'

/** The writer counts as gone after so long without a word, and not a millisecond before. */
function assertGoneAfter(ms: number, { standstills, look, tick }: ReturnType<typeof page>): void {
  tick(ms - 1)
  look()
  assert.deepEqual(standstills, [])
  tick(1)
  look()
  assert.deepEqual(standstills, [[true, ms]])
}

suite('a reply that is silent', () => {
  test('a writer that is heard only ahead of its log is there', (t) => {
    const { replies, read, standstills, tick, look } = page(t)
    read(...logOf().slice(0, 2))
    for (const offset of [4, 8, 12]) {
      tick(1_500)
      replies.readAhead(aheadAt(offset, 'more'))
      look()
    }
    assert.deepEqual(standstills, [])
  })

  const beat = (n: number, seq: number): ChatEntryFrame => {
    const { request_id, attempt, owner } = logOf()[0]?.entry ?? assert.fail()
    return { type: 'chat.entry', epoch: 1, seq, entry: { type: 'beat', request_id, attempt, owner, n } }
  }

  test('in mid-stream two seconds without a word mean that the writer may be gone', (t) => {
    const opened = page(t)
    for (const frame of logOf().slice(0, 4)) {
      opened.tick(50)
      opened.read(frame)
    }
    assertGoneAfter(2_000, opened)
  })

  test('an outage of the connection is no silence of the writer', (t) => {
    const opened = page(t)
    opened.read(...logOf().slice(0, 4))
    opened.replies.disconnected()
    opened.tick(60_000)
    opened.replies.resume()
    assertGoneAfter(2_000, opened)
  })

  test('before the first word a writer may be silent for four seconds', (t) => {
    const opened = page(t)
    opened.read(...logOf().slice(0, 1))
    assertGoneAfter(4_000, opened)
  })

  test('a slow model is given twice its own pace before its writer counts as gone', (t) => {
    const opened = page(t)
    for (const frame of logOf().slice(0, 4)) {
      opened.tick(1_800)
      opened.read(frame)
    }
    assertGoneAfter(3_600, opened)
  })

  test('the entry of a text that came ahead of it does not make a slow model a quick one', (t) => {
    const opened = page(t)
    const [start, ...rest] = logOf()
    assert.ok(start)
    opened.read(start)
    for (const frame of rest.slice(0, 3)) {
      assert.ok(frame.entry.type === 'chunk')
      opened.tick(1_800)
      opened.replies.readAhead(aheadAt(frame.entry.offset, frame.entry.content))
      opened.read(frame)
    }
    assertGoneAfter(3_600, opened)
  })

  test('another writer that begins is at work, and its reply stands still until it has words', (t) => {
    const { standstills, shown, tick, read, look } = page(t)
    read(...logOf().slice(0, 3))
    tick(5_500)
    look()
    const [start] = logOf(requestId, 2)
    assert.ok(start?.entry.type === 'start')
    const before = shown.length
    read({ ...start, seq: 20, entry: { ...start.entry, offset: 8 } })
    look()
    assert.deepEqual(standstills, [
      [true, 5_500],
      [false, 0],
    ])
    assert.equal(shown.length, before)
  })

  test('and also where the text is cut that the one before had shown ahead of the log', (t) => {
    const { replies, standstills, shown, tick, read, look } = page(t)
    read(...logOf().slice(0, 3))
    replies.readAhead(aheadAt(8, 'thr'))
    tick(5_500)
    const [start] = logOf(requestId, 2)
    assert.ok(start?.entry.type === 'start')
    read({ ...start, seq: 20, entry: { ...start.entry, offset: 8 } })
    look()
    assert.deepEqual([shown.at(-1), standstills], ['One two ', [[false, 0]]])
  })

  test('after 30 s of silence the log is asked for again, and not before', (t) => {
    const { replies, asked, tick, read, standstills, look } = page(t)
    read(...logOf().slice(0, 2))
    replies.resume()
    replies.refused(requestId)
    tick(30_000)
    look()
    assert.deepEqual(asked, [])
    tick(1)
    look()
    assert.deepEqual(asked, [[1, 11]])
    read(...logOf().slice(2, 3))
    look()
    assert.deepEqual(standstills.at(-1), [true, 30_001])
  })

  test('a beat shows that somebody is at work, not that the reply grows', (t) => {
    const { standstills, asked, shown, tick, read, look } = page(t)
    read(...logOf().slice(0, 2))
    const before = shown.length
    for (let n = 2; n < 22; n += 1) {
      tick(1_500)
      read(beat(n, 11 + n))
    }
    look()
    assert.deepEqual([standstills, asked, shown.length], [[[false, 0]], [], before])
  })
})
