import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold } from './fold.ts'
import { snippetOf } from './snippet.ts'

test('a snippet shows the first hit with what surrounds it, in one line', () => {
  assert.equal(snippetOf('One\n\ttwo  thrée', ['three']), 'One two thrée')
  assert.equal(snippetOf('One two', ['three']), undefined)
  const long = `${'ﬁne é '.repeat(300)}the HÁRBOUR here ${'and on '.repeat(60)}`
  const snippet = snippetOf(long, ['harbour']) ?? ''
  assert.match(snippet, /^…é (ﬁne é )+the HÁRBOUR here (and on )+a…$/)
  assert.ok(snippet.length <= 122)
})

test('a snippet holds the word it was asked for, whatever stands around it', () => {
  const around = fc.string({ unit: 'grapheme', maxLength: 600 })
  fc.assert(
    fc.property(around, around, (before, behind) => {
      const snippet = snippetOf(`${before} qqcafé ${behind}`, ['qqcafe']) ?? ''
      assert.ok(fold(snippet).includes('qqcafe'), snippet)
      assert.ok(snippet.isWellFormed())
      assert.ok(snippet.length <= 122)
    }),
  )
})
