import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Backend, BackendError, type Piece } from '../inference/backend.ts'
import { generate } from './generate.ts'

const loading = new BackendError('backend_unavailable', 'Loading', { loading: true, retryAfterMs: 1 })
const reset = new BackendError('backend_failed', 'Reset', { retryAfterMs: 1 })
const text = (words: string): Piece => ({ kind: 'text', text: words })
const end: Piece = { kind: 'end', reason: 'stop', usage: {} }

test('what failed before the first word does not count against going on after it', async () => {
  const { generated } = await answer([
    ...Array.from({ length: 6 }, () => [loading]),
    [text('One, '), reset],
    [text('two.'), end],
  ])
  assert.deepEqual([generated.text, generated.end.kind], ['One, two.', 'finished'])
})

test('a backend that resets after every word is gone on with, since it comes further each time', async () => {
  const words = Array.from({ length: 9 }, (_, index) => `${index} `)
  const { generated } = await answer([...words.map((word) => [text(word), reset]), [end]])
  assert.deepEqual([generated.text, generated.end.kind], [words.join(''), 'finished'])
})

test('a backend that loads its model again in mid-reply is waited for as before the first word', async () => {
  const { generated } = await answer([
    [text('One, '), reset],
    ...Array.from({ length: 9 }, () => [loading]),
    [text('two.'), end],
  ])
  assert.deepEqual([generated.text, generated.end.kind], ['One, two.', 'finished'])
})

test('a backend that brings no new word is given up after so many tries', async () => {
  const { generated, calls } = await answer([
    [text('One, '), reset],
    ...Array.from({ length: 20 }, () => [reset]),
  ])
  assert.deepEqual([generated.text, generated.end.kind, calls], ['One, ', 'failed', 6])
})

test('a backend that resets for ever is given up, however far it comes', async () => {
  const { generated, calls } = await answer(Array.from({ length: 100 }, () => [text('a'), reset]))
  assert.deepEqual([generated.end.kind, calls], ['failed', 60])
})

test('a backend that is silent when it is asked whether it goes on is not asked that again', async () => {
  let asks = 0
  const silent = async () => {
    asks += 1
    throw new BackendError('backend_stalled', 'Silent', { retryAfterMs: 1 })
  }
  const { generated } = await answer([[text('One, '), reset]], silent)
  assert.deepEqual([generated.text, generated.end.kind, asks], ['One, ', 'failed', 1])
})

/** What a reply comes to whose backend does this at one call after the other. */
async function answer(
  script: (Piece | BackendError)[][],
  canContinue: Backend['canContinue'] = async () => true,
) {
  let calls = 0
  const backend: Backend = {
    name: 'scripted',
    kind: 'openai',
    probeMs: 60_000,
    models: async () => [],
    contextLength: async () => 4_096,
    canContinue,
    generate: async (_request, _signal, hear) => {
      const step = script[calls] ?? []
      calls += 1
      for (const one of step) {
        if (one instanceof BackendError) throw one
        hear(one)
      }
    },
  }
  const generated = await generate({
    backend,
    request: { model: 'scripted', system: '', messages: [], begun: '' },
    begunThoughts: '',
    begunTokens: 0,
    doubt: undefined,
    writer: { text: () => undefined, thought: () => undefined },
    patience: { firstTokenMs: 60_000, tokenMs: 60_000 },
    maxLength: 1_000,
    signal: new AbortController().signal,
  })
  return { generated, calls }
}
