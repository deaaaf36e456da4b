import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { aheadFrame, decode, encode, entryFrame } from './codec.ts'

const limits = { bytes: 256 * 1024, depth: 20, elements: 10_000 }

suite('the codec', () => {
  test('what can travel comes back as it was', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
      fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array(),
    )
    const { tree } = fc.letrec((tie) => ({
      tree: fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        fc.oneof({ depthSize: 'small', maxDepth: 5 }, leaf, fc.array(leaf, { maxLength: 4 }), tie('tree')),
        { maxKeys: 5, noNullPrototype: true },
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        assert.deepEqual(
          withoutNegativeZero(decode(encode(value as object), limits)),
          withoutNegativeZero(value),
        )
      }),
    )
  })

  test('undefined fields are left out', () => {
    assert.deepEqual(decode(encode({ a: 1, b: undefined }), limits), { a: 1 })
  })

  test('lone surrogates become U+FFFD in short and long texts and in keys, lengths unchanged', () => {
    for (const padding of ['', 'x'.repeat(300)]) {
      const text = `\udc00${padding}\ud83d`
      const decoded = decode(encode({ list: [text], [`k${text}`]: text }), limits) as Record<string, unknown>
      const expected = `\ufffd${padding}\ufffd`
      assert.deepEqual(decoded, { list: [expected], [`k${expected}`]: expected })
      assert.equal(expected.length, text.length)
    }
  })

  test('what the wire does not carry is refused where it is made', () => {
    const itself: Record<string, unknown> = {}
    itself.itself = itself
    const values = [NaN, Infinity, -Infinity, 10n, new Date(), () => 1, Symbol('s'), new Map(), itself]
    for (const value of values) assert.throws(() => encode({ value }), TypeError)
  })

  test('keys that are no text, and __proto__, are refused; no prototype is touched', () => {
    const polluting = Uint8Array.from([0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa1, 0x61, 0x01])
    for (const bytes of [polluting, [0x81, 0x01, 0x02], [0x81, 0xc0, 0x02], [0x81, 0x80, 0x02]])
      assert.throws(() => decode(Uint8Array.from(bytes), limits), { code: 'frame_malformed' })
    assert.equal(Object.hasOwn(Object.prototype, 'a'), false)
    const named = decode(encode({ constructor: 1, toString: 2 }), limits) as object
    assert.deepEqual(Object.keys(named), ['constructor', 'toString'])
  })

  test('of a key that stands twice the last one counts', () => {
    assert.deepEqual(decode(Uint8Array.from([0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2]), limits), { a: 2 })
  })

  test('a frame too large is told apart from one that is broken', () => {
    const bytes = encode({ text: 'x'.repeat(100) })
    assert.throws(() => decode(bytes, { ...limits, bytes: 50 }), { code: 'frame_too_large' })
    assert.throws(() => decode(bytes.subarray(0, 50), limits), { code: 'frame_malformed' })
  })
})

suite('an entry frame', () => {
  test('decodes like the plain frame, whatever the entry and however large the numbers', () => {
    const whole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    const entries = fc.record({
      type: fc.constant('chunk'),
      offset: whole,
      content: fc.string({ unit: 'grapheme' }),
    })
    fc.assert(
      fc.property(whole, whole, entries, (epoch, seq, entry) => {
        const frame = entryFrame(epoch, seq, encode(entry))
        assert.deepEqual(decode(frame, limits), { type: 'chat.entry', epoch, seq, entry: { ...entry } })
      }),
    )
  })

  test('has a head of one length, and the entry as it came at its end', () => {
    const entry = encode({ type: 'beat' })
    const small = entryFrame(0, 0, entry)
    const large = entryFrame(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, entry)
    assert.equal(small.length, large.length)
    assert.deepEqual(small.subarray(-entry.length), entry)
  })

  test('and so is one around text ahead of a log, which is what the encoder writes', () => {
    const ahead = { request_id: 'r', attempt: 1, owner: 'o', offset: 300, content: 'Hi! 👋' }
    assert.deepEqual(aheadFrame(encode(ahead)), encode({ type: 'chat.ahead', ahead }))
  })
})

/** MessagePack writes -0 as the integer 0, which is the same number to everybody who counts. */
const withoutNegativeZero = (value: unknown): unknown => {
  if (typeof value === 'number') return value === 0 ? 0 : value
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(withoutNegativeZero)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutNegativeZero(inner)]))
}
