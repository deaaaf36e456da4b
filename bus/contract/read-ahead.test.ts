import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { anyLog, chunk, done, head, mangled, start } from '../../testing/bus/model-logs.ts'
import type { Ahead, LogEntry } from './reply-log.ts'
import { newReader, readAhead, readEntry } from './reply-reader.ts'

suite('text ahead of the log', () => {
  test('is shown at once, in its order and once, and the log takes it over without a trace', () => {
    const reader = newReader()
    readEntry(reader, start(1))
    assert.equal(readAhead(reader, ahead(1, 0, 'Good ')), true)
    assert.equal(readAhead(reader, ahead(1, 5, 'morn')), true)
    assert.equal(readAhead(reader, ahead(1, 3, 'd mor')), false)
    assert.deepEqual([reader.text, reader.shown], ['', 'Good morn'])
    readEntry(reader, chunk(1, 1, 0, 'Good mor'))
    assert.deepEqual([reader.text, reader.shown], ['Good mor', 'Good morn'])
    assert.equal(readEntry(reader, chunk(1, 2, 8, 'ning.')), 'appended')
    assert.deepEqual([reader.text, reader.shown], ['Good morning.', 'Good morning.'])
  })

  test('that does not follow is not shown; the next piece or the log brings what was missing', () => {
    const reader = newReader()
    readEntry(reader, start(1))
    assert.equal(readAhead(reader, ahead(1, 0, 'ab')), true)
    assert.equal(readAhead(reader, ahead(1, 4, 'ef')), false)
    assert.equal(reader.shown, 'ab')
    assert.equal(readAhead(reader, ahead(1, 0, 'abcdefg')), true)
    assert.equal(reader.shown, 'abcdefg')
    assert.equal(readAhead(reader, ahead(1, 9, 'j')), false)
    readEntry(reader, chunk(1, 1, 0, 'abcdefghi'))
    assert.equal(readAhead(reader, ahead(1, 9, 'jk')), true)
    assert.deepEqual([reader.text, reader.shown], ['abcdefghi', 'abcdefghijk'])
  })

  test('of a writer whose log is read by nobody any more is not shown', () => {
    const reader = newReader()
    assert.equal(readAhead(reader, ahead(1, 0, 'early')), false)
    for (const entry of [start(1), chunk(1, 1, 0, 'Hello '), start(2, { offset: 6 })])
      readEntry(reader, entry)
    assert.equal(readAhead(reader, ahead(1, 6, 'zombie')), false)
    assert.equal(readAhead(reader, { ...ahead(2, 6, 'stranger'), owner: 'somebody else' }), false)
    assert.equal(readAhead(reader, ahead(2, 6, 'world')), true)
    assert.equal(reader.shown, 'Hello world')
  })

  test('that its writer took with it goes when another one begins, which is told', () => {
    const reader = newReader()
    for (const entry of [start(1), chunk(1, 1, 0, 'Hello ')]) readEntry(reader, entry)
    readAhead(reader, ahead(1, 6, 'wor'))
    assert.equal(readEntry(reader, start(2, { offset: 6 })), 'rewound')
    assert.equal(reader.shown, 'Hello ')
    assert.equal(readEntry(reader, start(3, { offset: 6 })), 'noted')
  })

  test('ends with the log, whose text is the whole of it', () => {
    const reader = newReader()
    for (const entry of [start(1), chunk(1, 1, 0, 'Stop')]) readEntry(reader, entry)
    readAhead(reader, ahead(1, 4, ' he'))
    readEntry(reader, done(1, 2, 4))
    assert.equal(reader.shown, 'Stop')
    assert.equal(readAhead(reader, ahead(1, 4, ' here')), false)
    assert.equal(reader.shown, 'Stop')
  })

  test('in any order, lost or repeated, among entries that are: what is shown is what its writer wrote', () => {
    fc.assert(
      fc.property(
        anyLog.chain((log) => fc.tuple(fc.constant(log), mangledWithAhead(log.entries))),
        ([log, heard]) => {
          const reader = newReader()
          const written = textsOf(log.entries)
          for (const one of heard) {
            const before = { ...reader }
            const outcome = 'type' in one ? readEntry(reader, one) : readAhead(reader, one)
            assert.ok(reader.shown.startsWith(reader.text))
            assert.ok((written.get(reader.attempt) ?? '').startsWith(reader.shown))
            if (outcome !== 'gap' && outcome !== 'rewound' && outcome !== 'ended')
              assert.ok(reader.shown.startsWith(before.shown))
          }
          if (reader.end !== undefined) assert.equal(reader.shown, log.text)
        },
      ),
      { numRuns: 10_000 },
    )
  })
})

const ahead = (attempt: number, offset: number, content: string): Ahead => {
  const { n: _n, ...of } = head(attempt, 0)
  return { ...of, offset, content }
}

/** The same with the text of each chunk, cut anywhere, ahead of its log, as lost and mixed up as the rest. */
const mangledWithAhead = (entries: readonly LogEntry[]): fc.Arbitrary<(LogEntry | Ahead)[]> => {
  const pieces = entries.flatMap((entry) => {
    if (entry.type !== 'chunk') return []
    const { attempt, offset, content } = entry
    return [...content].map((_, index) => ahead(attempt, offset + index, content.slice(index)))
  })
  const among = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 2 * pieces.length })
  return fc.tuple(mangled(entries), among).map(([heard, places]) => {
    const mixed: (LogEntry | Ahead)[] = [...heard]
    for (const [which, place] of places) {
      const piece = pieces[which % pieces.length]
      if (piece !== undefined) mixed.splice(place % (mixed.length + 1), 0, piece)
    }
    return mixed
  })
}

/** What each attempt's text had become when it ended. */
function textsOf(entries: readonly LogEntry[]): Map<number, string> {
  const texts = new Map<number, string>()
  let text = ''
  for (const entry of entries) {
    if (entry.type === 'start') text = text.slice(0, entry.offset)
    if (entry.type === 'chunk') text += entry.content
    texts.set(entry.attempt, text)
  }
  return texts
}
