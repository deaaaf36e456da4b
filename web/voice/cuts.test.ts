import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { welcomeFrame } from '../../testing/browser/stand-in-socket.ts'
import { Cuts } from './cuts.ts'

const [request_id, other] = [uuidv7(), uuidv7()]
const cut = { type: 'chat.cancel', request_id, heard_offset: 12 }
const changed = (id: string) =>
  ({ type: 'chat.changed', kind: 'stored', conversation_id: uuidv7(), request_id: id }) as const

test('how far an answer was heard is said again with each new socket, until the answer has changed', () => {
  const sent: ClientFrame[] = []
  const cuts = new Cuts((frame) => sent.push(frame) > 1)
  cuts.add(request_id, 12)
  cuts.add(request_id, 3)
  cuts.hear(changed(other))
  cuts.hear(welcomeFrame())
  assert.deepEqual(sent, [cut, cut])
  cuts.hear(changed(request_id))
  cuts.hear(welcomeFrame())
  assert.equal(sent.length, 2)
})

test('it is said again after a while where it could not be done, and no more where it can’t be', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sent: ClientFrame[] = []
  const cuts = new Cuts((frame) => sent.push(frame) > 0)
  const fail = (retryable: boolean) =>
    cuts.hear({
      type: 'error',
      code: 'store_unavailable',
      detail: 'The store is away',
      retryable,
      request_id,
    })
  cuts.add(request_id, 12)
  fail(true)
  t.mock.timers.tick(60_000)
  assert.deepEqual(sent, [cut, cut])
  fail(false)
  cuts.hear(welcomeFrame())
  assert.equal(sent.length, 2)
  cuts.add(request_id, 12)
  fail(true)
  cuts.close()
  t.mock.timers.tick(60_000)
  assert.equal(sent.length, 3)
})
