import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestHub } from '../../../testing/hub/start-hub.ts'
import {
  publicOrigin,
  type SignInHouse,
  signInAt,
  startSignInHouse,
} from '../../../testing/providers/sign-in-house.ts'
import { Visitor } from '../../../testing/providers/visitor.ts'
import { hasBetterWay } from '../fresh-proof.ts'
import { offeredAtStart } from '../offered-ways.ts'

let home: SignInHouse
let hub: TestHub

before(async () => {
  home = await startSignInHouse()
  const { config } = home.hubs[0].app.rooms
  // Discovery takes both for the same, and the id_token names the other.
  const issuers = config.issuers.map((one) => ({ ...one, issuer: `${one.issuer}/` }))
  hub = await home.house.addHub({
    config: { ...config, port: 0, issuers },
    providers: { google: home.google.origin },
    databaseUrl: home.hubs[0].databaseUrl,
  })
})
after(() => home?.[Symbol.asyncDispose]())

test('an issuer that the settings write with a slash is the one that names itself without', async () => {
  const visitor = new Visitor()
  visitor.serve(publicOrigin, hub.origin)
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
