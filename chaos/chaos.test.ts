import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PostgresHost } from './house/store-place.ts'
import { shownAhead } from './people/thread.ts'
import { planRound } from './plan.ts'
import { timeline, violationLines } from './report.ts'
import { playRound } from './round.ts'

// The long form is `npm run chaos`. One house stands on SQLite and one on PostgreSQL, both at the same time.
test('houses struck again and again lose nothing and double nothing', { timeout: 240_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const postgres = new PostgresHost()
  stack.defer(() => postgres.stop())
  const plans = [0, 1].map((round) => planRound(8, round, 8))
  assert.deepEqual(
    plans.map(({ shape }) => shape.store),
    ['sqlite', 'postgres'],
  )
  const results = await Promise.all(plans.map((plan) => playRound(plan, postgres)))
  for (const result of results) assert.deepEqual(violationLines(result), [], timeline(result))
  const happened = results.flatMap((result) => result.happened)
  const story = results.map(timeline).join('\n')
  assert.deepEqual(
    happened.filter(({ outcome }) => outcome === 'broken'),
    [],
    story,
  )
  assert.ok(happened.filter(({ outcome }) => outcome === 'struck').length >= 8, story)
  for (const { endings, ledger } of results) {
    assert.ok(endings.answered >= 3, `${endings.answered} were answered`)
    assert.ok(ledger.notes.has(shownAhead), [...ledger.notes].join('\n'))
  }
})
