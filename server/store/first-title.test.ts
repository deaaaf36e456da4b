import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstTitle } from './first-title.ts'

test('a title is the first line that says something, trimmed', () => {
  assert.equal(firstTitle('\n \n  Good morning, Aoi \nHow are you?'), 'Good morning, Aoi')
  assert.equal(firstTitle('x'.repeat(60)), 'x'.repeat(60))
})

test('a long title is cut between two words, or anywhere in a word without end', () => {
  const words = 'Take me for a walk through an old harbour, with boats and seagulls'
  assert.equal(firstTitle(words), 'Take me for a walk through an old harbour, with boats and…')
  assert.equal(firstTitle(`${'x'.repeat(60)} more`), `${'x'.repeat(60)}…`)
  assert.equal(firstTitle('x'.repeat(61)), `${'x'.repeat(60)}…`)
})

test('a cut title holds no half of a pair', () => {
  const title = firstTitle(`x${'🜂'.repeat(40)}`)
  assert.equal(title, `x${'🜂'.repeat(29)}…`)
})
