import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createTurns } from './turns.ts'

describe('turns', () => {
  test('are taken one at a time in the order of asking, whatever becomes of each', async () => {
    const turns = createTurns()
    const seen: string[] = []
    const take = (name: string, fails = false) =>
      turns(async () => {
        seen.push(`${name} begins`)
        await Promise.resolve()
        seen.push(`${name} ends`)
        if (fails) throw new Error(name)
      })
    const ended = await Promise.allSettled([take('one'), take('two', true), take('three')])
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(seen, [
      ...['one begins', 'one ends', 'two begins', 'two ends', 'three begins', 'three ends'],
    ])
  })

  test('let the event loop turn between them, asked for at once or one after the other', async () => {
    const turns = createTurns({ slice: 0 })
    let loops = 0
    let isOver = false
    const count = () => {
      loops += 1
      if (!isOver) setImmediate(count)
    }
    setImmediate(count)
    await Promise.all(Array.from({ length: 50 }, () => turns(async () => {})))
    const atOnce = loops
    assert.ok(atOnce >= 49, String(atOnce))
    for (let index = 0; index < 50; index += 1) await turns(async () => {})
    assert.ok(loops - atOnce >= 49, String(loops))
    isOver = true
  })

  test('are refused where too many wait, and given again when they do not', async () => {
    const turns = createTurns({ most: 2 })
    const goOn = Promise.withResolvers<void>()
    const waiting = [turns(() => goOn.promise), turns(async () => {})]
    await assert.rejects(
      turns(async () => {}),
      { code: 'store_unavailable' },
    )
    goOn.resolve()
    await Promise.all(waiting)
    await turns(async () => {})
  })
})
