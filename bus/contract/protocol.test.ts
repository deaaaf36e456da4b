import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { backoffMs } from './protocol.ts'

suite('backoff', () => {
  test('is anywhere between nothing and its end, which doubles up to 15 s', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 5_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const longestMs = Math.min(15_000, 500 * 2 ** attempt)
          assert.equal(backoffMs(attempt, random), Math.round(random * longestMs))
        },
      ),
    )
    assert.equal(backoffMs(0, 0), 0)
    assert.equal(backoffMs(3, 0.5), 2_000)
    assert.equal(backoffMs(100, 0.5), 7_500)
  })

  test('browsers that lose a hub together spread over the whole time', () => {
    const pauses = Array.from({ length: 1_000 }, () => backoffMs(5))
    for (let from = 0; from < 15_000; from += 3_000)
      assert.ok(
        pauses.some((ms) => ms >= from && ms < from + 3_000),
        `somebody comes between ${from} and ${from + 3_000} ms`,
      )
  })
})
