import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heardWords } from './heard-words.ts'

for (const [written, heard] of [
  [' Hello there.\n How are you?\n', 'Hello there. How are you?'],
  ['[BLANK_AUDIO]', ''],
  [' [Music] ', ''],
  ['(music)', ''],
  ['*sighs*', ''],
  ['♪♪', ''],
  ['.', ''],
  ['…', ''],
  ['', ''],
  ['[coughs] Yes, please.', 'Yes, please.'],
  ['[00:00:00.000 --> 00:00:03.400]  This is it.', 'This is it.'],
  ['The house (the old one) burns.', 'The house (the old one) burns.'],
  ['5', '5'],
  ['雨が降っています。', '雨が降っています。'],
  ['a\u0007b\u0000c', 'abc'],
  ['lone \ud800 surrogate', 'lone � surrogate'],
] as const)
  test(`In ${JSON.stringify(written)} the words are ${JSON.stringify(heard)}`, () =>
    assert.equal(heardWords(written), heard))

test('a model that repeats itself without end is cut off at the longest message', () => {
  assert.equal(heardWords('again '.repeat(100_000)).length, 32_000)
})
