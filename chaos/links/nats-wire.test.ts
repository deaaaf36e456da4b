import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { natsWire } from './nats-wire.ts'

const wire = Buffer.from(
  [
    'PING\r\n',
    'PUB ai.history.get _INBOX.1 5\r\nhello\r\n',
    'HPUB a.b _INBOX.2 12 15\r\nNATS/1.0\r\n\r\nabc\r\n',
    'MSG c.d 7 3\r\n\r\nx\r\n',
    'HMSG e.f 9 reply.to 12 12\r\nNATS/1.0\r\n\r\n\r\n',
    '+OK\r\n',
  ].join(''),
)

test('messages are read whatever pieces they come in, and not a byte is changed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: wire.length }), { maxLength: 20 }), (cuts) => {
      const places = [0, ...cuts.sort((one, other) => one - other), wire.length]
      const reader = natsWire()
      const pieces = places.slice(1).flatMap((end, index) => reader.push(wire.subarray(places[index], end)))
      assert.deepEqual(Buffer.concat(pieces.map(({ bytes }) => bytes)), wire)
      assert.deepEqual(
        pieces.flatMap(({ message }) => message ?? []).map((one) => ({ ...one, body: one.body.toString() })),
        [
          { verb: 'PUB', subject: 'ai.history.get', reply: '_INBOX.1', body: 'hello' },
          { verb: 'PUB', subject: 'a.b', reply: '_INBOX.2', body: 'abc' },
          { verb: 'MSG', subject: 'c.d', reply: undefined, body: '\r\nx' },
          { verb: 'MSG', subject: 'e.f', reply: 'reply.to', body: '' },
        ],
      )
    }),
  )
})

test('the other servers of a cluster are kept from a client, so that its way stays the only one', () => {
  const info = 'INFO {"server_id":"x","connect_urls":["10.0.0.1:4222"],"max_payload":1048576}\r\n'
  const [piece] = natsWire().push(Buffer.from(info))
  assert.deepEqual(JSON.parse((piece?.bytes ?? '').toString().slice(5)), {
    server_id: 'x',
    max_payload: 1_048_576,
  })
})
