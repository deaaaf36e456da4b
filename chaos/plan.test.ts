import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepFaults } from './faults/all.ts'
import { planRound, planSingle } from './plan.ts'
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

test('the pass of single blows deals each of them once, where its step can be met', () => {
  const dealt = []
  for (let round = 0; ; round += 1) {
    const plan = planSingle(1, round, 15, /./)
    if (plan === undefined) break
    assert.ok(plan.alone && plan.cards.every(({ fault }) => fault.fits?.(plan.shape) ?? true))
    dealt.push(...plan.cards.map(({ fault }) => fault.kind))
  }
  assert.deepEqual(dealt.sort(), stepFaults.map(({ kind }) => kind).sort())
})

test('a steady round, which comes to every house, replaces no process', () => {
  const houses = new Set<string>()
  for (let round = 0; round < 60; round += 1) {
    const { steady, shape, cards } = planRound(1, round, 15)
    if (!steady) continue
    houses.add(`${shape.bus} ${shape.store}`)
    for (const { fault } of cards) assert.doesNotMatch(fault.kind, /^(all )?(hub|worker)s? (killed|replaced)/)
  }
  assert.equal(houses.size, 3)
})

test('a round is named with all that plays it again', () => {
  assert.equal(planRound(4, 7, 9, /hub|it's/).again, `--seed 4 --round 7 --per-round 9 --only 'hub|it'\\''s'`)
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
