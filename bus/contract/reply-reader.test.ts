import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { uuidv7 } from './ids.ts'
import type { ChunkEntry, LogEntry, StartEntry } from './reply-log.ts'
import { newReader, type ReplyReader, readEntry } from './reply-reader.ts'

const request_id = uuidv7()
const conversation_id = uuidv7()

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

const head = (attempt: number, n: number) => ({ request_id, attempt, owner: `owner of ${attempt}`, n })

const start = (attempt: number, more: { offset?: number; continues?: number } = {}): StartEntry => ({
  type: 'start',
  ...head(attempt, 0),
  conversation_id,
  offset: 0,
  model: 'demo',
  backend: 'demo',
  ...more,
})

const chunk = (attempt: number, n: number, offset: number, content: string): ChunkEntry => ({
  type: 'chunk',
  ...head(attempt, n),
  offset,
  content,
})

interface Log {
  entries: LogEntry[]
  text: string
  thoughts: string
}

/** What a writer does in one attempt: goes on or begins anew, writes, and dies or finishes. */
const attemptPlan = fc.record({
  skipped: fc.constantFrom(0, 0, 0, 99),
  anew: fc.boolean(),
  steps: fc.array(
    fc.oneof(
      fc.record({ chunk: fc.constantFrom('a', 'b', 'ab', 'ba', '🌸', 'aab') }),
      fc.record({ thought: fc.constantFrom('x', 'y', 'xy') }),
      fc.record({ beat: fc.boolean() }),
    ),
    { maxLength: 5 },
  ),
})

/** A valid log: attempts by the writer's rule, each of which saw all before it, and one end. */
const anyLog: fc.Arbitrary<Log> = fc
  .tuple(fc.array(attemptPlan, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([plans, fails]) => {
    const log: Log = { entries: [], text: '', thoughts: '' }
    let attempt = 0
    for (const plan of plans) attempt = writeAttempt(log, plan, attempt)
    const last = { ...head(attempt, 1_000), length: log.text.length }
    log.entries.push(
      fails
        ? { type: 'error', ...last, code: 'backend_failed', retryable: true, detail: '' }
        : { type: 'done', ...last, finish_reason: 'stop', usage: {}, timings: { duration_ms: 1 } },
    )
    return log
  })

type AttemptPlan = typeof attemptPlan extends fc.Arbitrary<infer Plan> ? Plan : never

function writeAttempt(log: Log, plan: AttemptPlan, continues: number): number {
  const attempt = continues + 1 + plan.skipped
  if (plan.anew) log.text = ''
  log.thoughts = ''
  log.entries.push(start(attempt, { offset: log.text.length, continues }))
  for (const [index, step] of plan.steps.entries()) {
    const n = index + 1
    if ('chunk' in step) {
      log.entries.push(chunk(attempt, n, log.text.length, step.chunk))
      log.text += step.chunk
    } else if ('thought' in step) {
      log.entries.push({ type: 'thought', ...head(attempt, n), content: step.thought })
      log.thoughts += step.thought
    } else log.entries.push({ type: 'beat', ...head(attempt, n), released: step.beat })
  }
  return attempt
}

/**
 * Entries as a bad network might bring them: some twice, some never, parts replayed, out of order or nearly in it, and
 * whole attempts lost.
 */
const mangled = (entries: readonly LogEntry[]): fc.Arbitrary<LogEntry[]> => {
  const any = fc.integer({ min: 0, max: entries.length - 1 })
  const shuffled = fc.array(any, { maxLength: 3 * entries.length })
  const runs = fc
    .array(fc.tuple(any, any), { maxLength: 4 })
    .map((pairs) => pairs.flatMap(([from, to]) => range(Math.min(from, to), Math.max(from, to))))
  const lossy = fc
    .array(fc.boolean(), { minLength: entries.length, maxLength: entries.length })
    .map((kept) => range(0, entries.length - 1).filter((index) => kept[index]))
  const attempts = [...new Set(entries.map(({ attempt }) => attempt))]
  const someAttempts = fc
    .subarray(attempts)
    .map((kept) =>
      range(0, entries.length - 1).filter((index) => kept.includes(entries[index]?.attempt ?? 0)),
    )
  return fc
    .oneof(shuffled, runs, lossy, someAttempts)
    .map((order) => order.flatMap((index) => entries[index] ?? []))
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n)
