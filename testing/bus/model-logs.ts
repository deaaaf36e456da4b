import fc from 'fast-check'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { ChunkEntry, LogEntry, StartEntry } from '../../bus/contract/reply-log.ts'

const request_id = uuidv7()
const conversation_id = uuidv7()

export const head = (attempt: number, n: number) => ({ request_id, attempt, owner: `owner of ${attempt}`, n })

export const start = (attempt: number, more: { offset?: number; continues?: number } = {}): StartEntry => ({
  type: 'start',
  ...head(attempt, 0),
  conversation_id,
  offset: 0,
  model: 'demo',
  backend: 'demo',
  ...more,
})

export const chunk = (attempt: number, n: number, offset: number, content: string): ChunkEntry => ({
  type: 'chunk',
  ...head(attempt, n),
  offset,
  content,
})

export const done = (attempt: number, n: number, length: number): LogEntry => ({
  ...{ type: 'done', ...head(attempt, n), length },
  ...{ finish_reason: 'stop', usage: {}, timings: { duration_ms: 1 } },
})

export interface Log {
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
export const anyLog: fc.Arbitrary<Log> = fc
  .tuple(fc.array(attemptPlan, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([plans, fails]) => {
    const log: Log = { entries: [], text: '', thoughts: '' }
    let attempt = 0
    for (const plan of plans) attempt = writeAttempt(log, plan, attempt)
    const last = { ...head(attempt, 1_000), length: log.text.length }
    log.entries.push(
      fails
        ? { type: 'error', ...last, code: 'backend_failed', retryable: true, detail: '' }
        : done(attempt, 1_000, log.text.length),
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
export const mangled = (entries: readonly LogEntry[]): fc.Arbitrary<LogEntry[]> => {
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
