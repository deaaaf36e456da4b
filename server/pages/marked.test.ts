import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marked } from './marked.ts'

test('words are marked whatever their case and accents', () => {
  assert.equal(
    marked('Überraschung, ÜBERALL', 'uber').toString(),
    '<mark>Über</mark>raschung, <mark>ÜBER</mark>ALL',
  )
  assert.equal(marked('ﬁne', 'fi').toString(), '<mark>ﬁ</mark>ne')
})

test('overlapping words are marked once, and markup stays text', () => {
  assert.equal(marked('abcd', 'abc bcd').toString(), '<mark>abcd</mark>')
  assert.equal(marked('<b>x</b>', 'b').toString(), '&lt;<mark>b</mark>&gt;x&lt;/<mark>b</mark>&gt;')
})

test('nothing is marked where nothing is searched for or found', () => {
  assert.equal(marked('<b>', ' ').toString(), '<b>')
  assert.equal(marked('<b>', 'z').toString(), '&lt;b&gt;')
})
