import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkGrowth } from './growth.ts'
import { Ledger } from './ledger.ts'

const held = (pid: number, mebibytes: number, timers: number) =>
  new Map([['hub 0', { pid, bytes: mebibytes * 1024 ** 2, resources: { Timeout: timers } }]])

function violationsOf(after: ReturnType<typeof held>): string[] {
  const ledger = new Ledger()
  checkGrowth(held(1, 60, 5), after, ledger)
  return ledger.violations.map(({ what }) => what)
}

test('memory or timers that pile up are violations, a little more is none', () => {
  assert.deepEqual(violationsOf(held(1, 64, 9)), [])
  assert.equal(violationsOf(held(1, 90, 5)).length, 1)
  assert.equal(violationsOf(held(1, 60, 40)).length, 1)
})

test('another process has nothing to be held to', () => {
  assert.deepEqual(violationsOf(held(2, 200, 90)), [])
})
