import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { anyLog, chunk, head, mangled, start } from '../../testing/bus/model-logs.ts'
import type { LogEntry } from './reply-log.ts'
import { newReader, type ReplyReader, readEntry } from './reply-reader.ts'

suite("the reader's rule", () => {
  test('a reader of the whole log, in order, has the text', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const reader = newReader()
        const outcomes = log.entries.map((entry) => readEntry(reader, entry))
        assert.ok(!outcomes.includes('gap'))
        assert.equal(reader.text, log.text)
        assert.equal(reader.thoughts, log.thoughts)
        assert.equal(reader.end, log.entries.at(-1))
      }),
    )
  })

  test('any order, loss, replay and repetition of entries ends in the same text or in a gap', () => {
    fc.assert(
      fc.property(
        anyLog.chain((log) => fc.tuple(fc.constant(log), mangled(log.entries))),
        ([log, entries]) => {
          const reader = newReader()
          for (const entry of entries) readEntry(reader, entry)
          if (reader.end !== undefined) assert.equal(reader.text, log.text)
        },
      ),
      { numRuns: 20_000 },
    )
  })

  test('a reader that reads the log anew at every gap always gets there', () => {
    fc.assert(
      fc.property(
        anyLog.chain((log) => fc.tuple(fc.constant(log), mangled(log.entries))),
        ([log, entries]) => {
          const reader = newReader()
          for (const entry of entries) if (readEntry(reader, entry) === 'gap') readAll(reader, log.entries)
          readAll(reader, log.entries)
          assert.equal(reader.text, log.text)
          assert.notEqual(reader.end, undefined)
        },
      ),
      { numRuns: 5_000 },
    )
  })

  test('entries of a zombie that the stream would refuse change nothing', () => {
    const reader = newReader()
    for (const entry of [
      start(1),
      chunk(1, 1, 0, 'Hello '),
      start(2, { offset: 6 }),
      chunk(2, 1, 6, 'world'),
    ])
      readEntry(reader, entry)
    assert.equal(readEntry(reader, chunk(1, 2, 6, 'zombie')), 'dropped')
    assert.equal(reader.text, 'Hello world')
  })

  test('an attempt that skipped numbers goes on where it says, and nowhere else', () => {
    const held = newReader()
    for (const entry of [start(1), chunk(1, 1, 0, 'abc')]) readEntry(held, entry)
    assert.equal(readEntry({ ...held }, start(101, { offset: 3, continues: 1 })), 'noted')
    assert.equal(readEntry({ ...held }, start(101, { offset: 3, continues: 2 })), 'gap')
    assert.equal(readEntry({ ...held }, start(101, { offset: 3 })), 'gap')
    assert.equal(readEntry({ ...held }, start(101)), 'rewound')
  })

  test('a text of the same length from an attempt that was missed is not taken for the right one', () => {
    const reader = newReader()
    for (const entry of [start(1), chunk(1, 1, 0, 'abcdef')]) readEntry(reader, entry)
    // Attempt 2 began anew and wrote "xyz"; all of it was lost on the way.
    assert.equal(readEntry(reader, start(3, { offset: 3, continues: 2 })), 'gap')
    assert.equal(reader.text, '')
  })

  test('another owner in the same attempt is a gap', () => {
    const reader = newReader()
    readEntry(reader, start(1))
    assert.equal(readEntry(reader, { ...chunk(1, 1, 0, 'x'), owner: 'somebody else' }), 'gap')
  })

  test('a chunk that overlaps brings only what is new', () => {
    const reader = newReader()
    for (const entry of [start(1), chunk(1, 1, 0, 'abc')]) readEntry(reader, entry)
    assert.equal(readEntry(reader, chunk(1, 2, 1, 'bcd')), 'appended')
    assert.equal(readEntry(reader, chunk(1, 2, 1, 'bcd')), 'dropped')
    assert.equal(reader.text, 'abcd')
  })

  test('after the end nothing is heard', () => {
    const reader = newReader()
    const end: LogEntry = { type: 'error', ...head(1, 1), code: 'internal', retryable: true, detail: '' }
    for (const entry of [start(1), end]) readEntry(reader, entry)
    assert.equal(readEntry(reader, start(2)), 'dropped')
    assert.equal(reader.end, end)
  })
})

const readAll = (reader: ReplyReader, entries: readonly LogEntry[]): void => {
  for (const entry of entries) readEntry(reader, entry)
}
