import assert from 'node:assert/strict'
import { test } from 'node:test'
import { socketWire } from './socket-wire.ts'

const frame = (text: string): Buffer => {
  const body = Buffer.from(text)
  const head = body.length < 126 ? [0x82, body.length] : [0x82, 126, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from(head), body])
}

test('an acceptance is seen among the frames of a socket, however they are cut', () => {
  const head = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')
  const long = `${'x'.repeat(600)} chat.accepted`
  const wire = Buffer.concat([head, frame('welcome'), frame(long), frame('type chat.accepted')])
  for (const size of [1, 50, wire.length]) {
    const reader = socketWire()
    const pieces = []
    for (let at = 0; at < wire.length; at += size) pieces.push(...reader.push(wire.subarray(at, at + size)))
    assert.deepEqual(Buffer.concat(pieces.map(({ bytes }) => bytes)), wire)
    assert.equal(pieces.filter(({ message }) => message !== undefined).length, 1)
  }
})

test('a page that is fetched passes as it comes', () => {
  const page = Buffer.from('HTTP/1.1 200 OK\r\n\r\nchat.accepted')
  const pieces = socketWire().push(page)
  assert.deepEqual(Buffer.concat(pieces.map(({ bytes }) => bytes)), page)
  assert.ok(pieces.every(({ message }) => message === undefined))
})
