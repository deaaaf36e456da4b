import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { encode as pack, decode as unpack } from '@msgpack/msgpack'
import fc from 'fast-check'
import { withHexAsBytes } from '../../bus/contract/vectors/bytes.ts'
import { decode, encode } from './messagepack.ts'

interface Vector {
  readonly name: string
  readonly value: object
  readonly hex: string
  readonly canonical: boolean
}

const vectors = ['frames', 'log-entries', 'messages'].flatMap((file) => {
  const at = new URL(`../../bus/contract/vectors/${file}.json`, import.meta.url)
  return JSON.parse(readFileSync(at, 'utf8'), withHexAsBytes) as Vector[]
})

for (const { name, value, hex, canonical } of vectors) {
  test(`the golden vector ${name} is read${canonical ? ' and written' : ''} as it stands`, () => {
    assert.deepEqual(decode(Uint8Array.from(Buffer.from(hex, 'hex'))), value)
    if (canonical) assert.equal(Buffer.from(encode(value)).toString('hex'), hex)
  })
}

/** The key `__proto__` is refused everywhere (PROTOCOL section 1). */
const json = fc
  .jsonValue({ maxDepth: 4 })
  .filter(
    (value) => typeof value === 'object' && value !== null && !JSON.stringify(value).includes('"__proto__":'),
  )

test('whatever one end writes the other reads', () => {
  fc.assert(
    fc.property(json, (value) => {
      assert.deepEqual(unpack(encode(value as object)), unpack(pack(value)))
      assert.deepEqual(decode(pack(value)), unpack(pack(value)))
    }),
  )
})

test('lengths and numbers at every border of their forms', () => {
  const lengths = [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536]
  const numbers = lengths
    .flatMap((at) => [at, 0 - at, at + 0.5])
    .concat(2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -(2 ** 31) - 1)
  for (const length of lengths) {
    const value = {
      text: 'x'.repeat(length),
      list: new Array(length).fill(1),
      bytes: new Uint8Array(length).fill(7),
    }
    assert.deepEqual(unpack(encode(value)), value)
    assert.deepEqual(decode(pack(value)), value)
  }
  assert.deepEqual(unpack(encode(numbers)), numbers)
  assert.deepEqual(decode(pack(numbers)), numbers)
})

test('a frame that is cut, too long or of a foreign type is refused', () => {
  const bytes = encode({ type: 'pong', id: 300 })
  for (let length = 0; length < bytes.length; length += 1)
    assert.throws(() => decode(bytes.subarray(0, length)))
  assert.throws(() => decode(new Uint8Array([...bytes, 0])), RangeError)
  assert.throws(() => decode(new Uint8Array([0xd4, 1, 2])), TypeError)
  assert.throws(() => decode(new Uint8Array([0xa1, 0xff])), TypeError)
})
