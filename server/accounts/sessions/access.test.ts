import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ChatRequest } from '../../../bus/contract/chat.ts'
import type { HistoryAnswer } from '../../../bus/contract/history.ts'
import { subjects } from '../../../bus/contract/subjects.ts'
import { startScriptedWorker } from '../../../testing/hub/scripted-worker.ts'
import { newSend, startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { TestHub } from '../../../testing/hub/start-hub.ts'
import { waitUntil } from '../../../testing/servers/wait-until.ts'
import type { Role } from '../../store/accounts.ts'
import { openStore } from '../../store/open-store.ts'

let house: TestHouse
let here: TestHub
let there: TestHub

before(async () => {
  house = await startTestHouse()
  here = house.hub
  there = await house.addHub({ databaseUrl: here.databaseUrl })
})
after(() => house?.[Symbol.asyncDispose]())

const over = { code: 4510, reason: 'not_signed_in' }

/** What a handler does after it changed access in the store. */
const tellFrom = (hub: TestHub) => hub.app.rooms.access.changed()

test('signing out on one hub closes the session’s sockets on all, and no others', async () => {
  const mika = await here.signIn()
  const rin = await there.connect(await here.signIn())
  const sockets = [await here.connect(mika), await there.connect(mika)]
  const headers = { cookie: mika.cookie, 'sec-fetch-site': 'same-origin' }
  await fetch(`${here.origin}/sign-out`, { method: 'POST', headers, redirect: 'manual' })
  for (const socket of sockets) assert.deepEqual(await socket.closed, over)
  rin.send({ type: 'ping', id: 1 })
  await rin.next('pong')
  await rin.close()
})

test('a user who is disabled is out everywhere at once, and no socket of theirs is taken', async () => {
  const mika = await here.signIn('member')
  const socket = await there.connect(mika)
  assert.equal(await here.store.accounts.disable(mika.user.id, Date.now()), true)
  tellFrom(here)
  assert.deepEqual(await socket.closed, over)
  for (const hub of [here, there]) {
    const answer = await fetch(`${hub.origin}/v1/sessions`, { headers: { cookie: mika.cookie } })
    assert.equal(answer.status, 401)
  }
  await waitUntil('the hubs were told', async () => (await here.store.revocations.pending(9)).length === 0)
})

test('what a disabled user asked for is answered no more, and nothing more of theirs is accepted', async () => {
  const mika = await here.signIn('member')
  const socket = await here.connect(mika)
  const send = newSend('Hello?')
  socket.send(send)
  await socket.next('chat.accepted')
  await here.store.accounts.disable(mika.user.id, Date.now())
  const question = { request_id: send.request_id, user_id: mika.user.id, budget: 1_000 }
  const history = (await house.workerBus.request(subjects.historyGet, question)) as HistoryAnswer
  assert.equal(history.state, 'cancelled')
  // Nobody was told yet, so the socket is still open.
  socket.send(newSend('And now?'))
  assert.equal((await socket.next('error')).code, 'not_allowed')
  tellFrom(here)
  assert.deepEqual(await socket.closed, over)
  const isEnded = async () => (await here.store.requests.find(mika.user.id, send.request_id))?.state
  await waitUntil('the reply is ended', async () => (await isEnded()) === 'cancelled')
})

test('a hub that was away when a session ended closes its sockets when it hears of it', async () => {
  const mika = await here.signIn()
  const socket = await there.connect(mika)
  await house.nats.kill()
  const [session] = await here.store.sessions.list(mika.user.id, Date.now())
  await here.store.sessions.end(mika.user.id, session?.id ?? '', Date.now())
  tellFrom(here)
  await house.nats.restart()
  assert.deepEqual(await socket.closed, over)
})

test('a hub without the bus does every change that waits, however many, and none of them twice', async () => {
  const elsewhere = await openStore(here.databaseUrl)
  const heard: string[] = []
  const stop = here.app.rooms.access.onChange(({ user_id }) => void heard.push(user_id))
  await house.nats.kill()
  await waitUntil('the bus is missed', () => here.bus.state !== 'connected')
  const deleteSomebody = async () => {
    const { user } = await here.signIn('member')
    await elsewhere.accounts.deleteUser(user.id, Date.now())
    return user.id
  }
  const gone: string[] = []
  for (let count = 0; count < 120; count += 1) gone.push(await deleteSomebody())
  tellFrom(here)
  await waitUntil('all of them are done', () => gone.every((id) => heard.includes(id)))
  const last = await deleteSomebody()
  tellFrom(here)
  await waitUntil('the last is done', () => heard.includes(last))
  // A change of the test before may come back by the bus only now.
  const ours = heard.filter((id) => id === last || gone.includes(id))
  assert.equal(ours.length, gone.length + 1)
  stop()
  await house.nats.restart()
  await waitUntil('the hubs were told', async () => (await elsewhere.revocations.pending(1)).length === 0)
  await elsewhere.close()
})

test('a role that is given or taken away counts for what an open socket asks next, and its session gets a new token', async () => {
  const requests: ChatRequest[] = []
  const worker = startScriptedWorker(house.workerBus, async (request) => {
    requests.push(request)
    return undefined
  })
  const mika = await here.signIn('member')
  const socket = await there.connect(mika)
  const premiumOf = async () => {
    const send = newSend('Hello')
    socket.send(send)
    await socket.next('chat.accepted')
    const isOurs = ({ request_id }: ChatRequest) => request_id === send.request_id
    return (await waitUntil('the worker has it', () => requests.find(isOurs))).premium
  }
  assert.equal(await premiumOf(), false)
  const giveRole = async (role: Role) => {
    const heard = new Promise<void>((resolve) => {
      const stop = there.app.rooms.access.onChange(({ user_id }) => {
        if (user_id !== mika.user.id) return
        stop()
        resolve()
      })
    })
    assert.equal(await here.store.accounts.setRole(mika.user.id, role, Date.now()), true)
    tellFrom(here)
    await heard
  }
  await giveRole('premium')
  assert.equal(await premiumOf(), true)
  const answer = await fetch(`${there.origin}/v1/sessions`, { headers: { cookie: mika.cookie } })
  const [cookie = ''] = answer.headers.getSetCookie()
  assert.match(cookie, /^companions_session_[0-9a-f]{8}=[\w-]{43};/)
  assert.ok(!cookie.startsWith(mika.cookie))
  socket.send({ type: 'ping', id: 1 })
  await socket.next('pong')
  await giveRole('user')
  assert.equal(await premiumOf(), false)
  await socket.close()
  await worker.drain()
})
