import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { askPage } from '../../testing/accounts/ask-page.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { SignedIn } from '../../testing/hub/start-hub.ts'
import { hashRecoveryCode, newRecoveryCode } from './recovery/recovery-code.ts'

let house: TestHouse

before(async () => {
  house = await startTestHouse({ config: { publicUrl: 'http://localhost' } })
})
after(() => house?.[Symbol.asyncDispose]())

const isTold = async (who: SignedIn) =>
  (await askPage(house.hub, '/', who)).body.includes('Your one way back is a new owner link')

const passkeyAt = (rpId: string) => ({
  ...{ credentialId: `of-${rpId}`, publicKey: 'AA', counter: 0, transports: [], backedUp: false },
  ...{ name: 'Phone', rpId },
})

test('an owner is told of the owner link while nothing else would let them back in, and others never', async () => {
  const { passkeys } = house.hub.store
  const owner = await house.hub.signIn('owner')
  assert.equal(await isTold(owner), true)
  await passkeys.add(owner.user.id, passkeyAt('elsewhere.example'), 1)
  assert.equal(await isTold(owner), true, 'a passkey of another name opens nothing here')
  await passkeys.add(owner.user.id, passkeyAt('localhost'), 1)
  assert.equal(await isTold(owner), false)
  assert.equal(await isTold(await house.hub.signIn('member')), false)
})

test('a recovery code is a way back too, until it is used', async () => {
  const { recoveryCodes } = house.hub.store
  const owner = await house.hub.signIn('owner')
  const codeHash = hashRecoveryCode(newRecoveryCode())
  await recoveryCodes.replace(owner.user.id, [codeHash], 1)
  assert.equal(await isTold(owner), false)
  await recoveryCodes.use(codeHash, 2)
  assert.equal(await isTold(owner), true)
})
