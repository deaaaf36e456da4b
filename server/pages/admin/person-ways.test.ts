import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { askPage } from '../../../testing/accounts/ask-page.ts'
import { openBrowserSocket } from '../../../testing/hub/browser-socket.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../../testing/hub/start-hub.ts'
import { newApiKey } from '../../accounts/keys/api-key.ts'

let house: TestHouse
let hub: TestHub
let admin: SignedIn
let mika: SignedIn

before(async () => {
  house = await startTestHouse()
  hub = house.hub
  admin = await hub.signIn('owner')
  mika = await hub.signIn('member')
})
after(() => house?.[Symbol.asyncDispose]())

async function makeKey(name: string): Promise<{ id: string; key: string }> {
  const { key, prefix, hash } = newApiKey()
  const id = uuidv7()
  const facts = { id, userId: mika.user.id, name, createdAt: Date.now(), expiresAt: null }
  await hub.store.apiKeys.create({ ...facts, prefix, hash, scopes: ['chat'] })
  return { id, key }
}

test('an admin revokes one leaked key of a person: its socket closes at once, and the person stays signed in', async () => {
  const [leaked, other] = [await makeKey('Leaked'), await makeKey('Other')]
  const open = ({ key }: { key: string }) =>
    openBrowserSocket(hub.origin, { origin: null, headers: { authorization: `Bearer ${key}` } })
  const [closing, staying, own] = [await open(leaked), await open(other), await hub.connect(mika)]
  const path = `/admin/people/${mika.user.id}`
  const revoke = `${path}/keys/${leaked.id}/revoke`
  assert.ok((await askPage(hub, path, admin)).body.includes(`action="${revoke}"`))
  assert.equal((await askPage(hub, revoke, admin, {})).headers.get('location'), `${path}?done=key-revoked`)
  assert.equal((await closing.closed).reason, 'not_signed_in')
  staying.hello()
  await staying.next('welcome')
  own.send({ type: 'ping', id: 1 })
  await own.next('pong')
  const page = (await askPage(hub, `${path}?done=key-revoked`, admin)).body
  assert.ok(page.includes('The key is revoked') && page.includes('Other') && !page.includes('Leaked'))
  const [entry] = (await hub.store.audit.list({ limit: 1, personId: mika.user.id })).items
  assert.deepEqual([entry?.act, entry?.actorId], ['api-key-revoked', admin.user.id])
  assert.equal((await askPage(hub, revoke, admin, {})).status, 404)
  await Promise.all([staying.close(), own.close()])
})

test('a key is revoked by its person’s page alone, and by admins alone', async () => {
  const { id } = await makeKey('Kept')
  const other = await hub.signIn('member')
  const elsewhere = `/admin/people/${other.user.id}/keys/${id}/revoke`
  assert.equal((await askPage(hub, elsewhere, admin, {})).status, 404)
  const here = `/admin/people/${mika.user.id}/keys/${id}/revoke`
  assert.equal((await askPage(hub, here, mika, {})).status, 403)
  const kept = (await hub.store.apiKeys.list(mika.user.id)).find((one) => one.id === id)
  assert.equal(kept?.revokedAt, null)
})

test('an admin sees by what somebody gets in, by name', async () => {
  const passkey = { publicKey: 'AA', counter: 0, transports: [], backedUp: false }
  const named = { ...passkey, credentialId: 'phone', name: 'Mika’s <phone>' }
  await hub.store.passkeys.add(mika.user.id, named, Date.now())
  const identity = { issuer: 'https://auth.example/o/', subject: 'secret-subject', label: 'mika@auth' }
  const linked = { ...identity, email: null, emailVerified: false }
  await hub.store.identities.link(linked, mika.user.id, Date.now())
  const { body } = await askPage(hub, `/admin/people/${mika.user.id}`, admin)
  assert.ok(body.includes('Mika’s &lt;phone&gt;') && body.includes('auth.example · mika@auth'))
  assert.ok(!body.includes('secret-subject'))
})
