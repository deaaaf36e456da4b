import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanTitle } from './title.ts'

for (const [answer, title] of [
  ['"A walk in the rain."', 'A walk in the rain'],
  ['Title: A walk in the rain', 'A walk in the rain'],
  ['## **A walk in the rain**\n\nI chose this title because', 'A walk in the rain'],
  ['\n\n  A\t walk   in the rain  ', 'A walk in the rain'],
  ['「雨の散歩」。', '「雨の散歩」'],
  ['“Was ist das?”', 'Was ist das?'],
  ['\u0007\u001b[31mred', '[31mred'],
  ['', ''],
] as const) {
  test(`A title is made of ${JSON.stringify(answer)}`, () => assert.equal(cleanTitle(answer), title))
}

test('A title is at most 120 code units long', () => {
  assert.equal(cleanTitle('word '.repeat(100)).length <= 120, true)
})
