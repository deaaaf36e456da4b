import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PostgresHost } from './house/store-place.ts'
import { planRound } from './plan.ts'
import { timeline, violationLines } from './report.ts'
import { playRound } from './round.ts'

// The long form is `npm run chaos`.
test('a house struck again and again loses nothing and doubles nothing', { timeout: 240_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const postgres = new PostgresHost()
  stack.defer(() => postgres.stop())
  const result = await playRound(planRound(3, 1, 16), postgres)
  const { happened, endings } = result
  const story = timeline(result)
  assert.deepEqual(violationLines(result), [], story)
  assert.deepEqual(
    happened.filter(({ outcome }) => outcome === 'broken'),
    [],
    story,
  )
  assert.ok(happened.filter(({ outcome }) => outcome === 'struck').length >= 8, story)
  assert.ok(endings.answered >= 5, `${endings.answered} replies were answered`)
})
