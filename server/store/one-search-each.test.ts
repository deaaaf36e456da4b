import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
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
  return { search, begun, endNext: () => ends.shift()?.() }
}

describe('searches', () => {
  test('of a person run one at a time, and the newest takes the place of the one that waits', async () => {
    const { search, begun, endNext } = slowSearch()
    const running = search('ada', 'h', 9)
    const replaced = search('ada', 'ha', 9)
    const waiting = search('ada', 'har', 9)
    await assert.rejects(replaced, { code: 'rate_limited' })
    assert.deepEqual(begun, ['ada h'])
    endNext()
    await running
    assert.deepEqual(begun, ['ada h', 'ada har'])
    endNext()
    await waiting
    const next = search('ada', 'harb', 9)
    endNext()
    await next
  })

  test('of several people do not wait for each other, up to a bound', async () => {
    const { search, begun, endNext } = slowSearch()
    const running = [search('ada', 'h', 9), search('ben', 'h', 9)]
    assert.deepEqual(begun, ['ada h', 'ben h'])
    await assert.rejects(search('cleo', 'h', 9), { code: 'rate_limited' })
    endNext()
    endNext()
    await Promise.all(running)
    const next = search('cleo', 'h', 9)
    endNext()
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
