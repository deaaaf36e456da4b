import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'

const violationsOf = (text: string): number => {
  const ledger = new Ledger()
  ledger.checkText('id', text, 'a page')
  return ledger.violations.length
}

test('a text with a token lost, doubled, out of order or of another reply is a violation', () => {
  for (const text of [' t0 t2', ' t0 t1 t1', ' t1 t0', ' t0 t1t2', 'x'])
    assert.equal(violationsOf(text), 1, text)
})

test('a text that was cut short anywhere is none', () => {
  for (const text of ['', ' ', ' t0 t', ' t0 t1 t2 t3']) assert.equal(violationsOf(text), 0, text)
})
