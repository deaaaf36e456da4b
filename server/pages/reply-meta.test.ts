import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replyMeta } from './reply-meta.ts'
import { blankReply } from './reply-turn.ts'

const clock = { now: Date.UTC(2026, 0, 2), timeZone: 'UTC' }
const words = (facts: object) =>
  replyMeta({ ...blankReply, state: 'answered', ...facts }, clock).map((part) =>
    part.toString().replace(/<[^>]*>/g, ''),
  )

test('an answer tells its model, its times and its speed', () => {
  const timings = { first_token_ms: 340, duration_ms: 125_000, tokens_per_second: 41.6 }
  assert.deepEqual(words({ model: 'tiny', timings }), [
    'tiny',
    '0.3 s to first word',
    '42 tokens/s',
    '2 min 5 s',
  ])
})

test('what took hardly any time is not said to have taken none', () => {
  assert.deepEqual(words({ timings: { first_token_ms: 12, duration_ms: 51 } }), [
    'under 0.1 s to first word',
    '0.1 s',
  ])
})

test('what is not known of an answer is not told', () => {
  assert.deepEqual(words({ model: 'none', timings: null }), [])
  assert.deepEqual(words({ model: 'tiny', timings: { duration_ms: 0 } }), ['tiny'])
  assert.deepEqual(words({ timings: null, finishReason: 'cancelled' }), ['Stopped'])
})
