import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { openBrowserSocket } from '../../testing/hub/browser-socket.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../testing/hub/start-hub.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { newApiKey } from '../accounts/keys/api-key.ts'
import { openSession } from '../accounts/sessions/open.ts'
import type { Rooms } from '../house.ts'
import { applyAccess, checkOpenSockets } from './access-changes.ts'
import type { Connection } from './connection.ts'
import { People } from './people.ts'

let house: TestHouse

before(async () => {
  house = await startTestHouse()
})
after(() => house?.[Symbol.asyncDispose]())

test('a socket’s check that read a role before it was taken away does not give it back', async () => {
  const { store, bus, app } = house.hub
  await house.hub.signIn('owner')
  const { user } = await house.hub.signIn('member')
  await store.accounts.setRole(user.id, 'admin', 1)
  const [session] = await store.sessions.list(user.id, Date.now())
  const people = new People(bus, { onLive: () => {}, onNotice: () => {} })
  const person = people.arrive({ ...user, role: 'admin' })
  const credential = { kind: 'session', id: session?.id ?? '', signedInAt: 1 } as const
  const connection = { person, credential } as Connection
  person.connections.add(connection)

  /** The answer is on its way when the change comes, and what that asks the store is answered before it. */
  const living: typeof store.sessions.living = async (ids, now) => {
    const answer = await store.sessions.living(ids, now)
    await store.accounts.setRole(user.id, 'user', 2)
    applyAccess(app.rooms, people, {
      user_id: user.id,
      kind: 'changed',
      role: 'user',
      ended: [],
      timestamp: 2,
    })
    await store.accounts.findUser(user.id)
    await turn()
    return answer
  }
  const slow: Rooms = { ...app.rooms, store: { ...store, sessions: { ...store.sessions, living } } }
  await checkOpenSockets(slow, people)
  assert.equal(person.user.role, 'user')

  await store.accounts.setRole(user.id, 'premium', 3)
  await checkOpenSockets(app.rooms, people)
  assert.equal(person.user.role, 'premium', 'a change that was missed is found by the next check')
  people.leave(connection)
})

test('a new name is heard although a session ends while the store is asked for it', async () => {
  const { store, bus, app } = house.hub
  const { user } = await house.hub.signIn('member')
  const people = new People(bus, { onLive: () => {}, onNotice: () => {} })
  const person = people.arrive(user)
  const asked = Promise.withResolvers<void>()
  const findUser: typeof store.accounts.findUser = async (id) => {
    await asked.promise
    return store.accounts.findUser(id)
  }
  const slow: Rooms = { ...app.rooms, store: { ...store, accounts: { ...store.accounts, findUser } } }
  await store.accounts.rename(user.id, 'Rin', 1)
  const change = { user_id: user.id, ended: [], timestamp: 1 }
  applyAccess(slow, people, { ...change, kind: 'changed' })
  applyAccess(slow, people, { ...change, kind: 'ended' })
  asked.resolve()
  await waitUntil('the name is known', () => person.user.name === 'Rin')
})

/** Long enough to connect, and over at the hub's next look at its sockets; in milliseconds. */
const shortMs = 30_000
const checkedEveryMs = 60_000

/** A further session of that person, over soon. */
async function shortSession(hub: TestHub, { user, cookie }: SignedIn): Promise<SignedIn> {
  const limits = { sessionIdleMs: shortMs, sessionLifetimeMs: shortMs }
  const { token } = await openSession(hub.store.sessions, limits, { user, now: Date.now() })
  return { user, cookie: `${cookie.split('=')[0]}=${token}` }
}

async function openWithKey(hub: TestHub, { user }: SignedIn, expiresAt: number | null) {
  const { key, prefix, hash } = newApiKey()
  const facts = { id: uuidv7(), userId: user.id, name: 'Robot', scopes: ['chat'], createdAt: Date.now() }
  await hub.store.apiKeys.create({ ...facts, prefix, hash, expiresAt })
  const socket = await openBrowserSocket(hub.origin, {
    origin: null,
    headers: { authorization: `Bearer ${key}` },
  })
  socket.hello()
  await socket.next('welcome')
  return socket
}

test('a socket is closed soon after its session or key ended by its time, and those that last stay', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: Date.now() })
  await using hub = await house.addHub()
  const mika = await hub.signIn('member')
  const ending = [
    await hub.connect(await shortSession(hub, mika)),
    await openWithKey(hub, mika, Date.now() + shortMs),
  ]
  const staying = [await hub.connect(mika), await openWithKey(hub, mika, null)]
  t.mock.timers.tick(checkedEveryMs)
  for (const socket of ending) assert.deepEqual(await socket.closed, { code: 4510, reason: 'not_signed_in' })
  for (const socket of staying) {
    socket.send({ type: 'ping', id: 1 })
    await socket.next('pong')
    await socket.close()
  }
})
