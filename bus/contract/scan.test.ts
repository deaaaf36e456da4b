import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { encode as pack } from '@msgpack/msgpack'
import fc from 'fast-check'
import { decode } from './codec.ts'
import { maxBusBytes, maxBusDepth, maxBusElements } from './limits.ts'
import { scan } from './scan.ts'

const frame = { bytes: 256 * 1024, depth: 16, elements: 1_000 }
const bus = { bytes: maxBusBytes, depth: maxBusDepth, elements: maxBusElements }
const nested = (byte: number[], times: number): Uint8Array =>
  Uint8Array.from({ length: byte.length * times }, (_, index) => byte[index % byte.length] ?? 0)

suite('the scan before decoding', () => {
  for (const bytes of [900, 3_000, 9_000])
    test(`a bomb of ${bytes} bytes costs no memory to refuse`, () => {
      const bomb = nested([0xdc, 0xff, 0xff], bytes / 3)
      const before = process.memoryUsage()
      for (let round = 0; round < 100; round += 1)
        for (const limits of [frame, bus])
          assert.throws(() => decode(bomb, limits), { code: 'frame_malformed' })
      const after = process.memoryUsage()
      const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
      assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes`)
    })

  test('a megabyte of empty maps is refused by its size, by its elements, and never built', () => {
    const bytes = new Uint8Array(1024 * 1024).fill(0x80)
    bytes.set([0xdd, 0x00, 0x0f, 0xff, 0xfb])
    assert.equal(scan(bytes, frame), 'it is too large')
    const roomy = { bytes: 2 * 1024 * 1024, depth: 16, elements: 1_000 }
    assert.equal(scan(bytes, roomy), 'it has too many elements')
    assert.equal(scan(bytes, { ...roomy, elements: 2_000_000 }), undefined)
  })

  test('nesting is allowed to the limit and no deeper, in arrays and in maps', () => {
    for (const opener of [[0x91], [0xdc, 0, 1], [0xdd, 0, 0, 0, 1], [0x81, 0xa1, 0x61], [0xde, 0, 1, 0xa0]]) {
      const deep = (times: number) => Uint8Array.from([...nested(opener, times), 0xc0])
      assert.equal(scan(deep(16), frame), undefined)
      assert.equal(scan(deep(17), frame), 'it is nested too deeply')
    }
  })

  test('elements are counted over all maps and arrays together', () => {
    const rows = (count: number) => pack(Array.from({ length: count }, () => [1, 2, 3]))
    assert.equal(scan(rows(250), frame), undefined)
    assert.equal(scan(rows(251), frame), 'it has too many elements')
  })

  test('whatever the encoder writes passes, and no proper part of it does', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4, withBigInt: false, withDate: false }), (value) => {
        const bytes = pack(value)
        assert.equal(scan(bytes, frame), undefined)
        for (let end = 0; end < bytes.length; end += 1)
          assert.equal(scan(bytes.subarray(0, end), frame), 'it ends too soon')
        assert.equal(scan(Uint8Array.from([...bytes, 0xc0]), frame), 'bytes follow its end')
      }),
    )
  })

  test('any bytes are either refused or decoded without any other error', () => {
    const someBytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc
        .array(fc.constantFrom(0x80, 0x81, 0x91, 0xa1, 0xc0, 0xc4, 0xd9, 0xdc, 0xde, 0, 1, 0xff))
        .map((bytes) => Uint8Array.from(bytes)),
    )
    fc.assert(
      fc.property(someBytes, (bytes) => {
        try {
          decode(bytes, frame)
        } catch (error) {
          assert.equal((error as { code?: unknown }).code, 'frame_malformed')
        }
      }),
      { numRuns: 20_000 },
    )
  })

  test('every extension type is refused', () => {
    for (const byte of [0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8])
      assert.equal(
        scan(new Uint8Array(40).fill(0).with(0, byte), frame),
        'it has a type that is not used here',
      )
  })

  test('a view into a larger buffer is read from where it begins', () => {
    const bytes = Uint8Array.from([0xff, 0xff, 0x81, 0xa1, 0x61, 0x01, 0xff]).subarray(2, 6)
    assert.deepEqual(decode(bytes, frame), { a: 1 })
  })
})
