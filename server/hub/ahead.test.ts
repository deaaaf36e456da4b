import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ChatRequest } from '../../bus/contract/chat.ts'
import { encode } from '../../bus/contract/codec.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { openBrowserSocket } from '../../testing/hub/browser-socket.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'

let house: TestHouse
before(async () => {
  house = await startTestHouse()
})
after(() => house?.[Symbol.asyncDispose]())

/** Text ahead of a log, as a worker tells it; the hub knows nothing of the request and need not. */
function tellAhead({ id }: { id: string }, content: string): object {
  const request_id: ChatRequest['request_id'] = uuidv7()
  const ahead = { request_id, attempt: 1, owner: 'owner', offset: 0, content }
  house.workerBus.send(subjects.ahead(id, request_id), encode(ahead))
  return ahead
}

test('text ahead of a log goes to all sockets of its person and to nobody else, as it came', async () => {
  const mika = await house.hub.signIn()
  const stranger = await house.hub.connect(await house.hub.signIn())
  const tabs = [await house.hub.connect(mika), await house.hub.connect(mika)]
  const ahead = tellAhead(mika.user, 'Good mor 👋')
  for (const tab of tabs) assert.deepEqual(await tab.next('chat.ahead'), { type: 'chat.ahead', ahead })
  stranger.send({ type: 'ping', id: 1 })
  await stranger.next('pong')
  assert.deepEqual(
    stranger.frames.map(({ type }) => type),
    ['welcome', 'pong'],
  )
})

test('a socket that has not said hello hears none of it', async () => {
  const mika = await house.hub.signIn()
  const welcomed = await house.hub.connect(mika)
  const silent = await openBrowserSocket(house.hub.origin, { cookie: mika.cookie })
  tellAhead(mika.user, 'Good morning')
  await welcomed.next('chat.ahead')
  silent.hello()
  await silent.next('welcome')
  assert.deepEqual(
    silent.frames.map(({ type }) => type),
    ['welcome'],
  )
})

test('a slow reader is left in peace with it, and not closed for it', async () => {
  const mika = await house.hub.signIn()
  const [slow, quick] = [await house.hub.connect(mika), await house.hub.connect(mika)]
  slow.socket.pause()
  const [content, count] = ['x'.repeat(400_000), 50]
  for (let told = 0; told < count; told += 1) {
    tellAhead(mika.user, content)
    await quick.next('chat.ahead')
  }
  slow.socket.resume()
  slow.send({ type: 'ping', id: 1 })
  await slow.next('pong')
  assert.ok(slow.frames.length < quick.frames.length)
})
