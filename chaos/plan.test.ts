import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planRound } from './plan.ts'
import { Random } from './random.ts'

const kindsOf = (seed: number, round: number) =>
  planRound(seed, round, 15).cards.map(({ fault, afterMs }) => `${fault.kind} ${afterMs}`)

test('a round is planned the same again by its seed and number, and otherwise by others', () => {
  assert.deepEqual(kindsOf(4, 7), kindsOf(4, 7))
  assert.notDeepEqual(kindsOf(4, 7), kindsOf(4, 8))
  assert.notDeepEqual(kindsOf(4, 7), kindsOf(5, 7))
})

test('a thousand faults hold every kind that fits a house, at every step', () => {
  const kinds = new Set<string>()
  for (let round = 0; round < 70; round += 1)
    for (const { fault } of planRound(1, round, 15).cards) kinds.add(fault.kind)
  for (const kind of [
    'hub killed',
    'worker frozen past the ack wait',
    'bus loses its data',
    'bus loses its majority',
    'store locked by another',
    'disk full',
    'store frozen',
    'model hangs',
    'hub replaced',
    'worker with a clock that jumps',
    'hub and browsers: half-open past the ack wait',
    'hub killed as a message is sent',
    'worker frozen with what it says before the end is written',
    'hub left without a bus after the final is acknowledged',
  ])
    assert.ok(kinds.has(kind), `${kind} never comes`)
})

test('chance is even and repeatable', () => {
  const [one, same] = [new Random(1, 2), new Random(1, 2)]
  const counts = [0, 0, 0, 0]
  for (let throws = 0; throws < 4_000; throws += 1) {
    const face = one.below(4)
    assert.equal(face, same.below(4))
    counts[face] = (counts[face] ?? 0) + 1
  }
  for (const count of counts) assert.ok(count > 850 && count < 1_150, `${counts}`)
})
