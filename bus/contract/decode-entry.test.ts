import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from './codec.ts'
import { decodeEntry } from './decode-entry.ts'
import { uuidv7 } from './ids.ts'

test('an entry is read, and what is none is nothing, whatever it is', () => {
  const beat = { type: 'beat', request_id: uuidv7(), attempt: 1, owner: 'me', n: 0 }
  assert.deepEqual(decodeEntry(encode(beat)), beat)
  for (const bytes of [
    new Uint8Array(),
    new Uint8Array([0xc1]),
    encode(beat).slice(0, 20),
    encode({ ...beat, n: -1 }),
    encode({ ...beat, type: 'song' }),
    encode(['beat']),
    new Uint8Array(1_000_000),
  ])
    assert.equal(decodeEntry(bytes), undefined)
})
