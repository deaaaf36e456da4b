import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { AccessChange } from '../../../bus/contract/access.ts'
import type { Bus } from '../../../bus/nats/bus.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import { openStore } from '../../store/open-store.ts'
import { openAccess } from './access.ts'
import { createTeller } from './tell-changes.ts'

let house: TestHouse

before(async () => {
  house = await startTestHouse()
})
after(() => house?.[Symbol.asyncDispose]())

test('a hub whose own change the bus does not take does what others noted in the store', async () => {
  const [mika, rin] = [await house.hub.signIn('member'), await house.hub.signIn('member')]
  const [here, there] = [await openStore(house.hub.databaseUrl), await openStore(house.hub.databaseUrl)]
  try {
    const done: AccessChange[] = []
    const publish = () => Promise.reject(new Error('no quorum'))
    const bus = { state: 'connected' as const, publish }
    const { tell } = createTeller({ store: here, bus, apply: (change) => done.push(change) })
    await here.accounts.disable(mika.user.id, Date.now())
    await there.accounts.disable(rin.user.id, Date.now())
    await assert.rejects(tell(), /no quorum/)
    assert.deepEqual(
      done.map(({ user_id }) => user_id),
      [mika.user.id, rin.user.id],
    )
  } finally {
    await here.close()
    await there.close()
  }
})

test('a change that is noted while the bus or the store keeps a hub waiting is done there at once', async () => {
  const [mika, rin] = [await house.hub.signIn('member'), await house.hub.signIn('member')]
  const store = await openStore(house.hub.databaseUrl)
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  const publish = () => {
    asked.resolve()
    return answered.promise
  }
  const done: string[] = []
  const bus: Bus = Object.create(house.hub.bus, { publish: { value: publish } })
  const access = openAccess({ store, bus, log: house.hub.app.rooms.log })
  access.onChange(({ user_id }) => done.push(user_id))
  try {
    await store.accounts.disable(mika.user.id, Date.now())
    access.changed()
    await asked.promise
    await store.accounts.disable(rin.user.id, Date.now())
    access.changed()
    // It needs neither: what a turn of the event loop does is all there is to wait for.
    await setImmediate()
    assert.ok(done.includes(rin.user.id))
  } finally {
    answered.resolve()
    await access.stop()
    await store.close()
  }
})
