import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { beginLog, startScriptedWorker } from '../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { renderedReplies } from '../pages/rendered-replies.ts'
import { deleteAccount } from './delete-account.ts'
import { publishLogin } from './login.ts'

let house: TestHouse

before(async () => {
  house = await startTestHouse()
})
after(() => house?.[Symbol.asyncDispose]())

test('a person who is deleted is gone from store, bus and sockets, and nobody else is', async () => {
  const { hub } = house
  const { rooms } = hub.app
  const [mika, rin] = [await hub.signIn('member'), await hub.signIn('member')]
  const [hers, his] = [await hub.connect(mika), await hub.connect(rin)]
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    const log = await beginLog(house.workerBus, request)
    await log.say('It stays unfinished')
    return undefined
  })
  for (const { user } of [mika, rin]) publishLogin(rooms, user)
  const send = newSend('A secret')
  hers.send(send)
  const kept = newSend('Another one')
  his.send(kept)
  const last = (stream: 'AI_CHAT_STREAM' | 'COMPANIONS_LOGINS', subject: string) =>
    hub.bus.lastEntry(stream, subject)
  for (const [{ user }, { request_id }] of [
    [mika, send],
    [rin, kept],
  ] as const) {
    await waitUntil('the log has begun', () => last(streams.log.name, subjects.stream(user.id, request_id)))
    await waitUntil('the login is there', () => last(streams.logins.name, subjects.login(user.id)))
  }
  const forgotten = mock.method(renderedReplies, 'forgetPerson')
  await deleteAccount(rooms, mika.user.id, { actorId: mika.user.id })
  assert.equal((await hers.closed).reason, 'not_signed_in')
  assert.deepEqual(forgotten.mock.calls[0]?.arguments, [mika.user.id])
  forgotten.mock.restore()
  assert.equal(await hub.store.accounts.findUser(mika.user.id), undefined)
  assert.equal(await last(streams.log.name, subjects.stream(mika.user.id, send.request_id)), undefined)
  assert.equal(await last(streams.logins.name, subjects.login(mika.user.id)), undefined)
  assert.ok(await last(streams.log.name, subjects.stream(rin.user.id, kept.request_id)))
  assert.ok(await last(streams.logins.name, subjects.login(rin.user.id)))
  assert.ok(await hub.store.conversations.find(rin.user.id, kept.conversation_id))
  await assert.rejects(deleteAccount(rooms, uuidv7(), { actorId: rin.user.id }), { code: 'not_found' })
  await his.close()
  await worker.drain()
})

test('nobody is deleted while the bus is away, since what it holds would stay', async () => {
  const { hub } = house
  const mika = await hub.signIn('member')
  await house.nats.kill()
  await waitUntil('the hub noticed', () => hub.bus.state !== 'connected')
  const deletion = deleteAccount(hub.app.rooms, mika.user.id, { actorId: mika.user.id })
  await assert.rejects(deletion, { code: 'bus_unavailable' })
  assert.ok(await hub.store.accounts.findUser(mika.user.id))
  await house.nats.restart()
})
