import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBackChannel } from './back-channels.ts'

test('sounds of somebody who listens are no interruption, words are', () => {
  for (const words of ['Mm-hm.', 'mhm', 'Uh-huh!', 'Yeah, right.', 'Okay.', 'Ja, genau', '…', ''])
    assert.equal(isBackChannel(words), true, words)
  for (const words of [
    'Stop.',
    'Yeah, but why?',
    'No',
    'Right, turn around',
    'ok ok ok ok',
    'Warte',
    '止めて',
  ])
    assert.equal(isBackChannel(words), false, words)
})
