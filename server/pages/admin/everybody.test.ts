import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { askPage } from '../../../testing/accounts/ask-page.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { TestHub } from '../../../testing/hub/start-hub.ts'

let house: TestHouse
let hub: TestHub
let there: TestHub

before(async () => {
  house = await startTestHouse()
  hub = house.hub
  there = await house.addHub({ databaseUrl: hub.databaseUrl })
})
after(() => house?.[Symbol.asyncDispose]())

const path = '/admin/sign-everybody-out'

test('an admin signs everybody out at once, on every hub, but guests and themselves', async () => {
  const [admin, guest] = [await hub.signIn('owner'), await hub.signIn('guest')]
  const people = [await hub.signIn('member'), await hub.signIn('member')]
  const [mika] = people
  assert.ok(mika)
  const [closing, staying] = [await there.connect(mika), await there.connect(guest)]
  assert.ok((await askPage(hub, '/admin', admin)).body.includes(`action="${path}"`))
  assert.equal((await askPage(hub, path, mika, {})).status, 403)
  const done = await askPage(hub, path, admin, {})
  assert.equal(done.headers.get('location'), '/admin?done=everybody-out')
  assert.equal((await closing.closed).reason, 'not_signed_in')
  for (const { user, cookie } of people) {
    assert.deepEqual(await hub.store.sessions.list(user.id, Date.now()), [])
    assert.equal((await askPage(there, '/account', { cookie })).status, 401)
  }
  assert.ok((await askPage(hub, '/admin?done=everybody-out', admin)).body.includes('Everybody is signed out'))
  staying.send({ type: 'ping', id: 1 })
  await staying.next('pong')
  await staying.close()
  const log = (await askPage(hub, '/admin/log', admin)).body
  assert.ok(log.includes('Sessions ended') && log.includes('of everybody, 2 sessions'))
})

test('more sessions than go into one transaction are all ended', async () => {
  const admin = await hub.signIn('owner')
  const people = await Promise.all(Array.from({ length: 120 }, () => hub.signIn('member')))
  await askPage(hub, path, admin, {})
  const left = await Promise.all(people.map(({ user }) => hub.store.sessions.list(user.id, Date.now())))
  assert.deepEqual(left.flat(), [])
  assert.equal((await askPage(hub, '/admin', admin)).status, 200)
})
