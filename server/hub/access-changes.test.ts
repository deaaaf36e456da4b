import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
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
  const people = new People(bus, { onEntry: () => {}, onNotice: () => {} })
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
  const people = new People(bus, { onEntry: () => {}, onNotice: () => {} })
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
