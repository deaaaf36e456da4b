import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AccessChange } from '../../../bus/contract/access.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import { openStore } from '../../store/open-store.ts'
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
    const tell = createTeller({ store: here, bus, apply: (change) => done.push(change) })
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
