import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainWords } from './plain-words.ts'

const read = (markdown: string) => plainWords(markdown).replace(/\s+/g, ' ').trim()

test('a reader of a snippet sees words instead of marks', () => {
  assert.equal(read('## A **bold** and *slanted* and ~~gone~~ word'), 'A bold and slanted and gone word')
  assert.equal(read('- [x] one\n* two\n> 1. three'), 'one two 1. three')
  assert.equal(
    read('See [the _harbour_](https://example.org/a_b), ![a boat](b.png)'),
    'See the harbour, a boat',
  )
  assert.equal(read('| name | age |\n|:---|---:|\n| Mira | 3 |\n\n---'), 'name age Mira 3')
  assert.equal(read('***All*** of __it__; \\*not this\\*'), 'All of it; *not this*')
})

test('a reader of a snippet sees code as it was written, without its fences', () => {
  assert.equal(read('So:\n```c\nint *p = a * b; // **x**\n```\n**end**'), 'So: int *p = a * b; // **x** end')
  assert.equal(read('Call `__init__` or ``a*b*c``'), 'Call __init__ or a*b*c')
  assert.equal(read('````md\n```js\n````\nafter'), '```js after')
})

test('marks that mean nothing stay', () => {
  for (const text of [
    '2 * 3 and 2*3',
    'snake_case_name',
    'a < b | c',
    'C# and #1',
    '3 - 2',
    '[note] (aside)',
  ])
    assert.equal(read(text), text)
})
