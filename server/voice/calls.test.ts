import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CodedError } from '../../bus/contract/errors.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { callLeaseMs } from '../../bus/contract/limits.ts'
import type { BrowserSocket } from '../../testing/hub/browser-socket.ts'
import { type SpeechWorker, startSpeechWorker } from '../../testing/hub/speech-worker.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../testing/hub/start-hub.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import type { PerRole } from '../config-limits.ts'
import type { Store } from '../store/store.ts'

let house: TestHouse
let here: TestHub
let there: TestHub
let worker: SpeechWorker
let isStoreAway = false

const concurrentCalls: PerRole = { user: 1, premium: 2, admin: 0 }
const none: PerRole = { user: 0, premium: 0, admin: 0 }

before(async () => {
  house = await startTestHouse({ config: { concurrentCalls } })
  here = house.hub
  worker = await startSpeechWorker(house.workerBus)
  there = await house.addHub({
    databaseUrl: here.databaseUrl,
    config: { concurrentCalls },
    around: withCallsAway,
  })
})
after(async () => {
  worker?.stop()
  await house?.[Symbol.asyncDispose]()
})

function withCallsAway(store: Store): Store {
  const orAway =
    <Asked extends unknown[], Answer>(ask: (...asked: Asked) => Promise<Answer>) =>
    async (...asked: Asked): Promise<Answer> => {
      if (isStoreAway) throw new CodedError('store_unavailable')
      return ask(...asked)
    }
  const { open, renew, exists, end, deleteBefore } = store.calls
  return {
    ...store,
    calls: {
      open: orAway(open),
      renew: orAway(renew),
      exists: orAway(exists),
      end: orAway(end),
      deleteBefore,
    },
  }
}

const start = (call_id: string, replace = false) => ({
  type: 'call.start',
  call_id,
  ...(replace && { replace }),
})
const say = (call_id: string, question: number) => ({ type: 'call.say', call_id, question, text: 'Hello' })

async function openCall(socket: BrowserSocket, call_id: string = uuidv7()): Promise<string> {
  socket.send(start(call_id))
  const { state } = await socket.next('call.state', (frame) => frame.call_id === call_id)
  assert.equal(state, 'open')
  return call_id
}

const living = async (...ids: string[]) => (await here.store.calls.renew(ids, Date.now())).sort()

async function enter(hub = here, who?: SignedIn): Promise<{ who: SignedIn; socket: BrowserSocket }> {
  const person = who ?? (await hub.signIn('member'))
  return { who: person, socket: await hub.connect(person) }
}

test('a call opens, goes on with its page on another hub, and ends', async () => {
  const { who, socket } = await enter()
  const id = await openCall(socket)
  await openCall(socket, id)
  await socket.close()
  assert.deepEqual(await living(id), [id])
  const { socket: again } = await enter(there, who)
  await openCall(again, id)
  again.send({ type: 'call.end', call_id: id })
  again.send({ type: 'ping', id: 1 })
  await again.next('pong')
  assert.deepEqual(await living(id), [])
  again.send(say(id, 0))
  assert.equal((await again.next('call.failed')).code, 'not_found')
  await again.close()
})

test('past the limit a call is refused on every hub, with when to come back, and says why', async () => {
  const { who, socket } = await enter()
  await openCall(socket)
  const { socket: other } = await enter(there, who)
  const id = uuidv7()
  other.send(start(id))
  const error = await other.next('error')
  assert.deepEqual([error.code, error.request_id, error.retryable], ['rate_limited', id, true])
  assert.equal(error.detail, 'You are in a call elsewhere, and this house’s limit is 1 call at once')
  const retryAfterMs = error.retry_after_ms ?? 0
  assert.ok(retryAfterMs > 0 && retryAfterMs <= callLeaseMs, String(retryAfterMs))
  for (const one of [socket, other]) await one.close()
})

test('a call that replaces another is let in, and the other page hears that its own is over', async (t) => {
  const { who, socket } = await enter()
  const old = await openCall(socket)
  const { socket: other } = await enter(there, who)
  const id = uuidv7()
  other.send(start(id, true))
  assert.equal((await other.next('call.state')).state, 'open')
  const now = performance.now.bind(performance)
  t.mock.method(performance, 'now', () => now() + 2_000)
  socket.send(say(old, 0))
  await socket.next('call.state', ({ call_id, state }) => call_id === old && state === 'ended')
  socket.send(say(old, 1))
  await socket.next('call.failed', ({ question, code }) => question === 1 && code === 'not_found')
  assert.deepEqual(await living(old, id), [id])
  for (const one of [socket, other]) await one.close()
})

test('calls are renewed while their sockets stand, and one that is gone in the store is over', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: Date.now() })
  await using hub = await house.addHub({ databaseUrl: here.databaseUrl, config: { concurrentCalls } })
  const [stays, goes] = [await enter(hub), await enter(hub)]
  const [staying, going] = [await openCall(stays.socket), await openCall(goes.socket)]
  await here.store.calls.end(goes.who.user.id, going)
  for (let turn = 0; turn < 4; turn += 1) {
    t.mock.timers.tick(callLeaseMs / 3)
    if (turn === 0) await goes.socket.next('call.state', ({ state }) => state === 'ended')
    // The next renewal begins when this one has ended.
    await waitUntil('the lease is renewed', async () => {
      const asked = {
        id: uuidv7(),
        userId: stays.who.user.id,
        now: Date.now(),
        leaseMs: callLeaseMs,
        most: 1,
      }
      const other = await here.store.calls.open({ ...asked, replace: false })
      return other.outcome === 'full' && other.retryAfterMs === callLeaseMs
    })
  }
  stays.socket.send(say(staying, 0))
  await stays.socket.next('call.speech')
  assert.equal(stays.socket.frames.filter(({ type }) => type === 'call.state').length, 1)
  for (const { socket } of [stays, goes]) await socket.close()
})

test('a call of a role that has none any more ends with the next renewal', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: Date.now() })
  await using hub = await house.addHub({ databaseUrl: here.databaseUrl, config: { concurrentCalls } })
  const { socket } = await enter(hub)
  const id = await openCall(socket)
  t.mock.method(hub.app.rooms, 'rules', async () => ({
    ...(await here.app.rooms.rules()),
    concurrentCalls: none,
  }))
  t.mock.timers.tick(callLeaseMs / 3)
  await socket.next('call.state', ({ call_id, state }) => call_id === id && state === 'ended')
  assert.deepEqual(await living(id), [])
  await socket.close()
})

test('a second call on a socket ends the first, and one call is one socket’s', async () => {
  const { who, socket } = await enter()
  const first = await openCall(socket)
  const second = await openCall(socket)
  await socket.next('call.state', ({ call_id, state }) => call_id === first && state === 'ended')
  assert.deepEqual(await living(first, second), [second])
  const { socket: other } = await enter(here, who)
  await openCall(other, second)
  socket.send(say(second, 0))
  assert.equal((await socket.next('call.failed')).code, 'not_found')
  for (const one of [socket, other]) await one.close()
})

test('a role without calls has none, and nobody gets into another person’s', async () => {
  const admin = await here.connect(await here.signIn('owner'))
  const id = uuidv7()
  admin.send(start(id))
  const error = await admin.next('error')
  assert.deepEqual([error.code, error.request_id], ['not_allowed', id])
  assert.equal(error.detail, 'This house has no calls for you')
  const [mine, theirs] = [await enter(), await enter(there)]
  const call = await openCall(theirs.socket)
  mine.socket.send(start(call, true))
  assert.equal((await mine.socket.next('error')).code, 'not_found')
  mine.socket.send({ type: 'call.audio', call_id: call, utterance: 0, offset: 0, data: new Uint8Array(2) })
  assert.equal((await mine.socket.next('error')).request_id, call)
  mine.socket.send(say(call, 3))
  assert.deepEqual((await mine.socket.next('call.failed')).question, 3)
  mine.socket.send({ type: 'call.end', call_id: call })
  mine.socket.send({ type: 'ping', id: 1 })
  await mine.socket.next('pong')
  assert.deepEqual(await living(call), [call])
  for (const socket of [admin, mine.socket, theirs.socket]) await socket.close()
})

test('while the store is away an open call goes on, and none begins', async (t) => {
  const { socket } = await enter(there)
  const id = await openCall(socket)
  const { socket: other } = await enter(there)
  isStoreAway = true
  t.after(() => {
    isStoreAway = false
  })
  const next = uuidv7()
  other.send(start(next))
  const error = await other.next('error')
  assert.deepEqual([error.code, error.request_id, error.retryable], ['store_unavailable', next, true])
  const now = performance.now.bind(performance)
  t.mock.method(performance, 'now', () => now() + 2_000)
  socket.send(say(id, 0))
  await socket.next('call.speech')
  assert.equal(socket.frames.filter(({ type }) => type === 'call.state').length, 1)
  for (const one of [socket, other]) await one.close()
})

test('an account that is deleted leaves no call, and its page none that is open', async () => {
  const { who, socket } = await enter()
  const id = await openCall(socket)
  await here.store.accounts.deleteUser(who.user.id, Date.now())
  assert.deepEqual(await living(id), [])
  await socket.close()
})

test('where nobody hears or nobody speaks no call begins, and one that is open waits', async () => {
  await using quiet = await startTestHouse()
  const speaking = await startSpeechWorker(quiet.workerBus)
  const { hub } = quiet
  const who = await hub.signIn('member')
  const socket = await hub.connect(who)
  const id = await openCall(socket)
  speaking.stop()
  await using later = await quiet.addHub({ databaseUrl: hub.databaseUrl })
  await waitUntil('nobody speaks', async () => !(await later.app.rooms.voice()))
  const again = await later.connect(who)
  await openCall(again, id)
  const other = await later.connect(await later.signIn('member'))
  const next = uuidv7()
  other.send(start(next, true))
  const error = await other.next('error')
  assert.deepEqual([error.code, error.request_id, error.retryable], ['speech_unavailable', next, true])
  for (const one of [socket, again, other]) await one.close()
})
