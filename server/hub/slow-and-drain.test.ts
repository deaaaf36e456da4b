import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { beginLog } from '../../testing/hub/scripted-worker.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

let house: TestHouse

before(async () => {
  house = await startTestHouse()
})
after(() => house?.[Symbol.asyncDispose]())

test('a reader that takes nothing is closed as slow, while another tab of the same person reads on', async () => {
  const { hub, workerBus } = house
  const mika = await hub.signIn()
  const [slow, quick] = [await hub.connect(mika), await hub.connect(mika)]
  slow.socket.pause()
  const log = await beginLog(workerBus, {
    ...{
      kind: 'send',
      request_id: uuidv7(),
      conversation_id: uuidv7(),
      message_id: uuidv7(),
      parent_id: null,
    },
    ...{ user_id: mika.user.id, username: 'Mika', premium: false, attempt_floor: 0, timestamp: 0 },
  })
  const [paragraph, count] = ['x'.repeat(400_000), 50]
  for (let said = 0; said < count; said += 1) await log.say(paragraph)
  await quick.next(
    'chat.entry',
    ({ entry }) => entry.type === 'chunk' && entry.offset === paragraph.length * (count - 1),
  )
  slow.socket.resume()
  assert.deepEqual(await slow.closed, { code: 4008, reason: 'slow_consumer' })
  assert.ok(slow.frames.length < quick.frames.length)
  await quick.close()
})

test('a hub that drains says so, is not ready, finishes what was asked, and sends everybody away', async () => {
  const other = await house.addHub()
  const browser = await other.connect(await other.signIn())
  const ready = await fetch(`${other.origin}/readyz`)
  assert.equal(ready.status, 200)
  const closing = other.app.close()
  const notice = await browser.next('notice')
  assert.equal(notice.kind, 'drain')
  assert.ok((notice.retry_after_ms ?? -1) >= 0)
  assert.deepEqual(await browser.closed, { code: 1012, reason: 'draining' })
  await closing
  await waitUntil('it does not listen', () =>
    fetch(`${other.origin}/healthz`).then(
      () => false,
      () => true,
    ),
  )
})
