import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Piece } from './backend.ts'
import { demoBackend } from './demo.ts'
import { demoAnswer } from './demo-answer.ts'
import { InlineThoughts } from './inline-thoughts.ts'
import { LineCutter } from './stream-lines.ts'

describe('inline thoughts', () => {
  const read = (parts: readonly string[], begun = '') => {
    const thoughts = new InlineThoughts(begun)
    const pieces = [...parts.flatMap((part) => thoughts.push(part)), ...thoughts.end()]
    const join = (kind: Piece['kind']) =>
      pieces.map((piece) => (piece.kind === kind && 'text' in piece ? piece.text : '')).join('')
    return { text: join('text'), thought: join('thought') }
  }
  const cases = [
    ['<think>why</think>\n\nbecause', { thought: 'why', text: 'because' }],
    ['\n<think>\na < b </thin </think>x', { thought: '\na < b </thin ', text: 'x' }],
    ['no <think>tags</think> here', { thought: '', text: 'no <think>tags</think> here' }],
    ['<thinker>x', { thought: '', text: '<thinker>x' }],
    ['<think>never closed', { thought: 'never closed', text: '' }],
    ['<thi', { thought: '', text: '<thi' }],
    ['  indented', { thought: '', text: '  indented' }],
  ] as const

  for (const [answer, expected] of cases) {
    test(`of ${JSON.stringify(answer)} are found wherever it is split`, () => {
      for (let at = 0; at <= answer.length; at += 1) {
        assert.deepEqual(read([answer.slice(0, at), answer.slice(at)]), expected)
      }
      assert.deepEqual(read([...answer]), expected)
    })
  }

  test('are not waited for past so many spaces, of which none is lost', () => {
    const thoughts = new InlineThoughts('')
    const spaces = ' '.repeat(100)
    let pushes = 0
    let pieces: Piece[] = []
    while (pieces.length === 0 && pushes < 100) {
      pieces = thoughts.push(spaces)
      pushes += 1
    }
    assert.deepEqual(pieces, [{ kind: 'text', text: spaces.repeat(pushes) }])
    assert.deepEqual(thoughts.push('<think>'), [{ kind: 'text', text: '<think>' }])
  })

  test('are not looked for in an answer that goes on', () => {
    assert.deepEqual(read(['<think>a</think>'], 'begun'), { thought: '', text: '<think>a</think>' })
  })
})

test('Lines are the same however their bytes are cut', () => {
  const lines = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', '')))
  fc.assert(
    fc.property(lines, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (expected, sizes) => {
      const bytes = Buffer.from(expected.map((line) => `${line}\n`).join(''))
      const cutter = new LineCutter()
      const found: string[] = []
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1
        found.push(...cutter.push(bytes.subarray(at, at + size)))
        at += size
      }
      assert.deepEqual(found, expected)
      assert.equal(cutter.rest(), '')
    }),
  )
})

test('A line that never ends is refused', () => {
  const cutter = new LineCutter()
  assert.throws(
    () => {
      for (let chunk = 0; chunk < 100; chunk += 1) cutter.push(Buffer.alloc(64 * 1024, 'a'))
    },
    { code: 'backend_malformed' },
  )
})

describe('the demo', () => {
  const say = (content: string, turn = 1) => ({
    system: '',
    messages: Array.from({ length: turn }, () => ({ role: 'user' as const, content })),
  })

  test('says that it is one, whatever it is asked', () => {
    for (const content of ['Hi', 'Show me a table', 'x'.repeat(500), '']) {
      for (const turn of [1, 2, 3, 7]) {
        assert.match(demoAnswer(say(content, turn)), /\*\*demo\*\*/)
        assert.match(demoAnswer(say(content, turn)), /Ollama/)
      }
    }
  })

  for (const [wish, mark] of [
    ['a list please', /^- /m],
    ['compare them in a table', /^\|:-/m],
    ['write code', /^```ts/m],
    ['some math', /^\$\$/m],
    ['a quote', /^> /m],
  ] as const) {
    test(`shows what “${wish}” asks for`, () => assert.match(demoAnswer(say(wish)), mark))
  }

  const openers = [
    ['Take me for a walk through an old harbour.', /quay/],
    ['Explain why bread rises, as if I were ten.', /yeast/],
    ['Help me plan a quiet weekend.', /Saturday/],
  ] as const
  for (const [opener, mark] of openers)
    test(`answers the opener “${opener}” as such, at every turn`, () => {
      for (const turn of [1, 2, 3]) assert.match(demoAnswer(say(opener, turn)), mark)
    })

  test('goes on anywhere in its answer', async () => {
    const demo = demoBackend({ piecesPerSecond: 10_000 })
    const prompt = say('Show me code')
    const answer = demoAnswer(prompt)
    const begun = answer.slice(0, Math.floor(answer.length / 2))
    assert.equal(await demo.canContinue('demo', prompt, begun, AbortSignal.timeout(1_000)), true)
    let text = begun
    await demo.generate({ ...prompt, model: 'demo', begun }, AbortSignal.timeout(9_000), (piece) => {
      if (piece.kind === 'text') text += piece.text
      return false
    })
    assert.equal(text, answer.trimEnd())
  })
})
