import assert from 'node:assert/strict'
import { test } from 'node:test'
import { postgresWire } from './postgres-wire.ts'

const message = (type: string, text: string): Buffer => {
  const body = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}

test('a commit is told by what its transaction said, however it is cut', () => {
  const wire = Buffer.concat([
    message('', '\0\x03\0\0user\0me\0\0'),
    message('Q', 'begin\0'),
    message('P', '\0insert into "requests" values ($1)\0\0\0'),
    message('S', ''),
    message('Q', 'commit\0'),
    message('Q', 'begin\0'),
    message('Q', 'COMMIT;\0'),
  ])
  for (const size of [1, 7, wire.length]) {
    const reader = postgresWire()
    const pieces = []
    for (let at = 0; at < wire.length; at += size) pieces.push(...reader.push(wire.subarray(at, at + size)))
    assert.deepEqual(Buffer.concat(pieces.map(({ bytes }) => bytes)), wire)
    const said = pieces.flatMap(({ message: one }) => (one ? [one.subject] : []))
    assert.deepEqual(said, ['begin\ninsert into "requests" values ($1)', 'begin'])
  }
})
