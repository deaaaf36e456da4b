import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEcho } from './echo.ts'

const spoken = 'The harbour is quiet at this hour. The boats don’t move, and nobody is about.'

test('the companion’s own words are an echo, also where their ends were cut', () => {
  for (const words of [
    'Quiet at',
    'at this hour the boats',
    'Or is quiet at this ow',
    "the boats don't move",
  ])
    assert.equal(isEcho(words, spoken), true, words)
})

test('what a person says is none, also where some of the words are the same', () => {
  for (const words of [
    'Quiet?',
    'Is the harbour quiet?',
    'Stop',
    'this is nice',
    'What boats do you mean?',
    '',
  ])
    assert.equal(isEcho(words, spoken), false, words)
})
