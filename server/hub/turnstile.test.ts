import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Leave, Turnstile } from './turnstile.ts'

test('those past the bound wait, and each who leaves lets one in', async () => {
  const turnstile = new Turnstile<number>(2)
  const inside: Leave[] = []
  for (let key = 0; key < 5; key += 1) void turnstile.enter(key).then((leave) => inside.push(leave))
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  await turn()
  assert.equal(inside.length, 2)
  inside[0]?.()
  inside[0]?.()
  await turn()
  assert.deepEqual([inside.length, turnstile.inside], [3, 2])
  for (let leaving = 1; leaving < 5; leaving += 1) {
    inside[leaving]?.()
    await turn()
  }
  assert.deepEqual([inside.length, turnstile.inside], [5, 0])
})

test('one who wants much comes by turns with those who want little', async () => {
  const turnstile = new Turnstile<string>(1)
  const order: string[] = []
  const stays = ['much', 'much', 'much', 'little', 'another'].map(async (key) => {
    const leave = await turnstile.enter(key)
    order.push(key)
    leave()
  })
  await Promise.all(stays)
  assert.deepEqual(order, ['much', 'much', 'little', 'another', 'much'])
})
