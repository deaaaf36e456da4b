import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demoTitle } from '../inference/demo-answer.ts'
import { cleanTitle } from './title.ts'

for (const [answer, title] of [
  ['"A walk in the rain."', 'A walk in the rain'],
  ['Title: A walk in the rain', 'A walk in the rain'],
  ['## **A walk in the rain**\n\nI chose this title because', 'A walk in the rain'],
  ['\n\n  A\t walk   in the rain  ', 'A walk in the rain'],
  ['「雨の散歩」。', '「雨の散歩」'],
  ['“Was ist das?”', 'Was ist das?'],
  ['\u0007\u001b[31mred', '[31mred'],
  ['**Title:** A walk in the rain', 'A walk in the rain'],
  ['`A walk in the rain`', 'A walk in the rain'],
  ['_A walk in the rain_', 'A walk in the rain'],
  ['`__init__` beside `main`', '`__init__` beside `main`'],
  ['', ''],
] as const) {
  test(`A title is made of ${JSON.stringify(answer)}`, () => assert.equal(cleanTitle(answer), title))
}

test('A title is at most 120 code units long', () => {
  assert.equal(cleanTitle('word '.repeat(100)).length <= 120, true)
})

for (const [said, title] of [
  ['Show me a list, a table, code, math and a quote', 'Show me a list, a table, code…'],
  ['  Why does\nbread rise? ', 'Why does bread rise?'],
  [' ', 'A look around'],
] as const) {
  test(`The demo names a conversation that begins with ${JSON.stringify(said)}`, () =>
    assert.equal(cleanTitle(demoTitle(said)), title))
}
