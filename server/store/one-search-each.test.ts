import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as loopTurn } from 'node:timers/promises'
import { oneSearchEach } from './one-search-each.ts'

/** A search that ends when it is told to, and what has begun so far. */
function slowSearch() {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const search = oneSearchEach(async (userId, query) => {
    begun.push(`${userId} ${query}`)
    await new Promise<void>((resolve) => ends.push(resolve))
    return []
  }, 2)
  /** Whoever has the next turn may need some of the loop to begin. */
  const endNext = async () => {
    await loopTurn()
    ends.shift()?.()
  }
  return { search, begun, endNext }
}

describe('searches', () => {
  test('of a person run one at a time, and each gets its answer', async () => {
    const { search, begun, endNext } = slowSearch()
    const asked = ['h', 'ha', 'har'].map((query) => search('ada', query, 9))
    for (const [index, one] of asked.entries()) {
      await endNext()
      assert.equal(begun.length, index + 1)
      await one
    }
    assert.deepEqual(begun, ['ada h', 'ada ha', 'ada har'])
    const next = search('ada', 'harb', 9)
    await endNext()
    await next
  })

  test('that nobody waits for any more never begin', async () => {
    const { search, begun, endNext } = slowSearch()
    const gone = new AbortController()
    const running = search('ada', 'h', 9)
    const left = search('ada', 'ha', 9, gone.signal)
    const waiting = search('ada', 'har', 9)
    gone.abort()
    await assert.rejects(left, { code: 'rate_limited' })
    await endNext()
    await running
    await endNext()
    await waiting
    assert.deepEqual(begun, ['ada h', 'ada har'])
  })

  test('of a person wait in a line of bounded length, whose oldest gives way', async () => {
    const { search, begun, endNext } = slowSearch()
    const asked = Array.from({ length: 10 }, (_, index) => search('ada', String(index), 9))
    await assert.rejects(asked[1] ?? assert.fail(), { code: 'rate_limited' })
    for (const one of asked.toSpliced(1, 1)) {
      await endNext()
      await one
    }
    assert.equal(begun.length, 9)
  })

  test('of several people do not wait for each other, up to a bound', async () => {
    const { search, begun, endNext } = slowSearch()
    const running = [search('ada', 'h', 9), search('ben', 'h', 9)]
    assert.deepEqual(begun, ['ada h', 'ben h'])
    await assert.rejects(search('cleo', 'h', 9), { code: 'rate_limited' })
    await endNext()
    await endNext()
    await Promise.all(running)
    const next = search('cleo', 'h', 9)
    await endNext()
    await next
  })

  test('that fail let the next one begin', async () => {
    let tries = 0
    const search = oneSearchEach(async () => {
      tries += 1
      if (tries === 1) throw new Error('away')
      return []
    })
    const [first, second] = await Promise.allSettled([search('ada', 'h', 9), search('ada', 'ha', 9)])
    assert.deepEqual([first.status, second.status], ['rejected', 'fulfilled'])
  })
})
