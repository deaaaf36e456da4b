import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { maxSpokenLength } from '../../bus/contract/limits.ts'
import { SpokenPieces } from './spoken-pieces.ts'

/** What is said of a whole answer. */
function piecesOf(text: string): string[] {
  const pieces = new SpokenPieces()
  pieces.end(text)
  return pieces.all.map((piece) => piece.text)
}

/** As it grows: shown at each of these lengths, then whole. */
function grown(text: string, lengths: readonly number[]): SpokenPieces {
  const pieces = new SpokenPieces()
  for (const length of [...lengths].sort((one, other) => one - other)) pieces.show(text.slice(0, length))
  pieces.end(text)
  return pieces
}

const words = fc
  .array(
    fc.constantFrom('one', 'two,', 'three.', 'four!', 'Öl', '東京。', '7', 'e.g.', 'Dr.', 'x', '"Yes."', '—'),
    { maxLength: 120 },
  )
  .map((list) => list.join(' '))
const marks = fc
  .array(
    fc.constantFrom(
      ...[
        'word ',
        'Sentence here. ',
        '**bold** ',
        '_so_ ',
        '`code` ',
        '[link text](https://a.example/b) ',
        '\n',
        '\n\n',
      ],
      ...[
        '- point\n',
        '1. one\n',
        '# Head\n',
        '> said\n',
        '```js\nconst a = 1\n```\n',
        '| a | b |\n| - | - |\n| 1 | 2 |\n',
      ],
      ...[
        'https://www.example.org/a?b=c. ',
        '😀 ',
        '👩‍👩‍👧 ',
        '2 * 3 ',
        'snake_case ',
        '[1] ',
        '<b>fat</b> ',
        'a < b ',
        '[not a link ',
        '\\* ',
      ],
      ...['~~gone~~ ', '![a picture](x.png) ', '---\n', 'x'.repeat(300), 'ja, '],
    ),
    { maxLength: 25 },
  )
  .map((list) => list.join(''))

suite('what is said of an answer', () => {
  test('the first piece ends at the first comma, or after four words', () => {
    assert.deepEqual(piecesOf('Well, that is it.'), ['Well,', 'that is it.'])
    assert.deepEqual(piecesOf('The weather in Paris is fine today.')[0], 'The weather in Paris')
    assert.deepEqual(piecesOf('Yes. It is.')[0], 'Yes.')
  })

  test('later pieces are sentences, and a short one goes with the next', () => {
    const text = 'Hello, I am here. Ask me. What would you like to know about bread? It rises.'
    assert.deepEqual(piecesOf(text), [
      'Hello,',
      'I am here. Ask me. What would you like to know about bread?',
      'It rises.',
    ])
  })

  test('a full stop in a number, an initial or a short word ends no sentence', () => {
    const text = 'Well, Dr. J. Smith paid 3.50 for it, e.g. at the shop nearby. Then he left.'
    assert.deepEqual(piecesOf(text).slice(1), [
      'Dr. J. Smith paid 3.50 for it, e.g. at the shop nearby.',
      'Then he left.',
    ])
  })

  const unsaid: readonly (readonly [string, string])[] = [
    ['**Bold**, _so_ and `code` ~~gone~~', 'Bold, so and code gone'],
    ['## A head\n\nWords', 'A head. Words'],
    ['- one\n- two\n  - three', 'one. two. three'],
    ['> It is said', 'It is said'],
    ['See [the page](https://example.org/a_(b)) there', 'See the page there'],
    ['See https://www.example.org/a?b=c.', 'See example.org.'],
    ['<https://example.org>', 'example.org'],
    ['Fine 😀👍🏽 so 👩‍👩‍👧 far 🇫🇷', 'Fine so far'],
    ['Here:\n```js\nconst a = 1\n\n```\nDone', 'Here: Done'],
    ['Here:\n````\n```\n````\nDone', 'Here: Done'],
    ['| a | b |\n| --- | --- |\n| 1 | 2 |\n', 'a, b. 1, 2.'],
    ['one\n\n---\n\ntwo', 'one. two'],
    ['2 * 3 and snake_case and \\*', '2 * 3 and snake_case and *'],
    ['As it says[1] and [^2]', 'As it says and'],
    ['- [x] done', 'done'],
    ['a < b and <b>fat</b>', 'a < b and fat'],
    ['![a picture](x.png)', 'a picture'],
    ['So $n$ is one of $e^{i\\pi} + 1 = 0$ here', 'So n is one of here'],
    ['It is\n\n$$ \\int_0^1 x,dx\n= 2 $$\n\nso', 'It is. so'],
    ['It costs $5 and that $6, or US$ 7', 'It costs $5 and that $6, or US$ 7'],
  ]
  for (const [text, said] of unsaid)
    test(`of ${JSON.stringify(text)} is said ${JSON.stringify(said)}`, () => {
      assert.equal(piecesOf(text).join(' '), said)
    })

  test('an answer of marks alone is not said at all', () => {
    for (const text of ['', '\n\n', '```\nconst a = 1\n```', '😀', '---\n', '…'])
      assert.deepEqual(piecesOf(text), [], text)
  })

  test('the pieces of a text without marks hold all of its words once, in order, each at its place', () => {
    fc.assert(
      fc.property(words, fc.array(fc.nat(600)), (text, lengths) => {
        const { all } = grown(text, lengths)
        const said = all.map((piece) => piece.text).join(' ')
        const wanted = all.length === 0 ? [] : text.split(/\s+/)
        // What cannot be said by itself, at the very end, is left out.
        const spoken = said.replaceAll(' ', '')
        assert.ok(wanted.join('').startsWith(spoken))
        assert.doesNotMatch(wanted.join('').slice(spoken.length), /[\p{L}\p{N}]/u)
        let from = 0
        for (const piece of all) {
          assert.equal(text.slice(from, piece.end).replaceAll(/\s/g, ''), piece.text.replaceAll(/\s/g, ''))
          from = piece.end
        }
      }),
    )
  })

  test('the pieces are the same however the text came', () => {
    fc.assert(
      fc.property(fc.oneof(words, marks), fc.array(fc.nat(900), { maxLength: 60 }), (text, lengths) => {
        assert.deepEqual(grown(text, lengths).all, grown(text, []).all)
      }),
      { numRuns: 400 },
    )
  })

  test('a piece is no longer than may be said at once, its ends grow, and none parts a pair of surrogates', () => {
    fc.assert(
      fc.property(fc.oneof(marks, words, fc.string({ unit: 'grapheme', maxLength: 900 })), (text) => {
        let from = 0
        for (const { text: said, end } of grown(text, [7, 90]).all) {
          assert.ok(said.length > 0 && said.length <= maxSpokenLength)
          assert.ok(said.isWellFormed() || !text.isWellFormed())
          assert.ok(end > from && end <= text.length)
          from = end
        }
      }),
    )
  })

  test('a piece is there as soon as the text behind it is, and not before', () => {
    const pieces = new SpokenPieces()
    const counts = [
      'Hello',
      'Hello,',
      'Hello, I',
      'Hello, I know that',
      'Hello, I know that 3.',
      'Hello, I know that 3.5 is it. ',
    ]
    assert.deepEqual(
      counts.map((text) => {
        pieces.show(text)
        return pieces.all.length
      }),
      [0, 0, 1, 1, 1, 2],
    )
  })

  test('a text that is read again from its beginning changes nothing', () => {
    const text = 'One thing is this. Another thing is that one. '
    const pieces = grown(text, [])
    const before = [...pieces.all]
    for (const length of [0, 10, text.length]) pieces.show(text.slice(0, length))
    assert.deepEqual(pieces.all, before)
  })

  test('after a takeover what was said stays, and what was not is made of the other text', () => {
    fc.assert(
      fc.property(words, words, fc.nat(300), fc.nat(3), (text, other, cut, held) => {
        const pieces = new SpokenPieces()
        pieces.show(text)
        const before = [...pieces.all]
        pieces.hold(Math.min(held, before.length))
        const changed = text.slice(0, cut) + other
        pieces.end(changed)
        const kept = pieces.all.slice(0, Math.min(held, before.length))
        assert.deepEqual(kept, before.slice(0, kept.length))
        const from = kept.at(-1)?.end ?? 0
        const rest = pieces.all.slice(kept.length)
        const said = rest
          .map((piece) => piece.text)
          .join('')
          .replaceAll(/\s/g, '')
        const wanted = changed.slice(from).replaceAll(/\s/g, '')
        assert.ok(wanted.startsWith(said))
        assert.doesNotMatch(wanted.slice(said.length), /[\p{L}\p{N}]/u)
      }),
    )
  })

  test('a very long answer that comes at once is cut as one that grew', () => {
    const text = 'This is one sentence of very many, and no more. '.repeat(4_000)
    const lengths = Array.from({ length: 400 }, (_, one) => one * 500)
    const { all } = grown(text, [])
    assert.equal(all.length, 4_001)
    assert.deepEqual(all, grown(text, lengths).all)
  })

  test('a code block of thousands of lines costs no more for each that comes', () => {
    const pieces = new SpokenPieces()
    let text = 'Here it is:\n```\n'
    for (let line = 0; line < 5_000; line += 1) {
      text += 'const a = 1\n'
      pieces.show(text)
    }
    pieces.end(`${text}\`\`\`\nThat was it.`)
    assert.deepEqual(
      pieces.all.map((piece) => piece.text),
      ['Here it is:', 'That was it.'],
    )
  })
})
