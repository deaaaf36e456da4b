import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publicOrigin, signInAt } from '../../../testing/providers/sign-in-house.ts'
import { useSignInHouse } from '../../../testing/providers/use-sign-in-house.ts'
import { hasBetterWay } from '../fresh-proof.ts'
import { offeredAtStart } from '../offered-ways.ts'

const home = useSignInHouse()

test('an issuer that the settings write with a slash is the one that names itself without', async () => {
  // Discovery takes both for the same, and the id_token names the other.
  const issuers = home.hubs[0].app.rooms.config.issuers.map((one) => ({ ...one, issuer: `${one.issuer}/` }))
  await using hub = await home.addHub({ issuers })
  const visitor = home.visitor(hub)
  await signInAt(visitor, 'authentik')
  const { rooms } = hub.app
  const { id } = (await home.whoIs(visitor)) ?? assert.fail('Nobody is signed in')
  const again = await visitor.ask(`${publicOrigin}/sign-in?again=1`)
  assert.match(again.body, /Continue with Authentik/, 'one can confirm by it')
  assert.ok(await hasBetterWay(rooms, { userId: id, rpId: undefined }, Date.now()), 'it tells')
  const account = await visitor.ask(`${publicOrigin}/account`)
  assert.match(account.body, /Authentik · Ada.*your only way in, so it stays/s)
  assert.doesNotMatch(account.body, /Link Authentik/)
  await rooms.store.accounts.setRole(id, 'admin', Date.now())
  assert.ok(await rooms.store.accounts.anAdminCanComeIn(offeredAtStart(rooms)), 'no owner link is told')
})
