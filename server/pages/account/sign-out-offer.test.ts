import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { askPage } from '../../../testing/accounts/ask-page.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../../testing/hub/start-hub.ts'
import { openSession } from '../../accounts/sessions/open.ts'

let house: TestHouse
let hub: TestHub

before(async () => {
  house = await startTestHouse()
  hub = house.hub
})
after(() => house?.[Symbol.asyncDispose]())

/** Somebody with two of each way in. */
async function arrive(): Promise<SignedIn> {
  const mika = await hub.signIn('member')
  const { id } = mika.user
  const passkey = { publicKey: 'AA', counter: 0, transports: [], backedUp: false, name: 'Phone' }
  const identity = { issuer: 'https://auth.example', email: null, emailVerified: false, label: 'Mika' }
  for (const name of ['one', 'two']) {
    await hub.store.passkeys.add(id, { ...passkey, credentialId: `${id} ${name}` }, Date.now())
    await hub.store.identities.link({ ...identity, subject: `${id} ${name}` }, id, Date.now())
  }
  return mika
}

const changesOf = ({ user }: SignedIn): [string, Record<string, string>][] => [
  ['/account/passkeys/remove', { credential: `${user.id} one` }],
  ['/account/unlink', { issuer: 'https://auth.example', subject: `${user.id} one` }],
  ['/account/recovery-codes', {}],
]

const offer = /="\/account\/sessions\/end-others"[^>]*>(<button[^>]*>)?Sign out everywhere else</

test('whoever changed how they get in is offered to sign out everywhere else, where they are', async () => {
  const alone = await arrive()
  for (const [path, form] of changesOf(alone))
    assert.doesNotMatch((await askPage(hub, path, alone, form)).body, offer, path)
  assert.doesNotMatch((await askPage(hub, '/account?changed=1', alone)).body, offer)
  const mika = await arrive()
  await openSession(hub.store.sessions, hub.app.rooms.config, { user: mika.user, now: Date.now() })
  for (const [path, form] of changesOf(mika))
    assert.match((await askPage(hub, path, mika, form)).body, offer, path)
  assert.match(
    (await askPage(hub, '/account?changed=1', mika)).body,
    offer,
    'after a passkey or a link was added',
  )
  assert.doesNotMatch((await askPage(hub, '/account', mika)).body, offer)
  assert.doesNotMatch((await askPage(hub, '/account/name', mika, { name: 'Mia' })).body, offer)
})

test('the offer stands also where HTMX is not there yet', async () => {
  const mika = await arrive()
  await openSession(hub.store.sessions, hub.app.rooms.config, { user: mika.user, now: Date.now() })
  const answer = await fetch(`${hub.origin}/account/recovery-codes`, {
    method: 'POST',
    headers: { cookie: mika.cookie, accept: 'text/html' },
    body: new URLSearchParams(),
  })
  assert.match(await answer.text(), offer)
})
