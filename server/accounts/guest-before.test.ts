import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { askPage } from '../../testing/accounts/ask-page.ts'
import { startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../testing/hub/start-hub.ts'
import { converse } from '../../testing/pages/open-house.ts'
import { deleteLeftGuests, leftGuestAgeMs } from './left-guests.ts'
import { hashRecoveryCode, newRecoveryCode } from './recovery/recovery-code.ts'

let house: TestHouse
let hub: TestHub

before(async () => {
  house = await startTestHouse()
  hub = house.hub
})
after(() => house?.[Symbol.asyncDispose]())

/** Signs a member in with a recovery code where they, a guest or nobody was. */
async function signInOver(member: SignedIn, cookie: string, to = '/account?recovered=1'): Promise<SignedIn> {
  const code = newRecoveryCode()
  await hub.store.recoveryCodes.replace(member.user.id, [hashRecoveryCode(code)], Date.now())
  const answer = await askPage(hub, '/sign-in/recovery', { cookie }, { code })
  assert.equal(answer.headers.get('location'), to)
  const renewed = answer.headers.getSetCookie().find((line) => line.startsWith(`${cookie.split('=')[0]}=`))
  return { user: member.user, cookie: renewed?.split(';')[0] ?? '' }
}

const question = /Take your conversations along/

const titles = async ({ user }: SignedIn) =>
  (await hub.store.conversations.list(user.id, { limit: 9 })).items.map(({ title }) => title)

test('the account page asks about the guest’s conversations, also after another sign-in, until they are taken', async () => {
  const [member, guest] = [await hub.signIn('member'), await hub.signIn('guest')]
  await converse(hub.store, guest.user, { said: 'As a guest', answer: 'Yes.' })
  const arrived = await signInOver(member, guest.cookie)
  assert.match((await askPage(hub, '/account', arrived)).body, question)
  assert.doesNotMatch((await askPage(hub, '/account', member)).body, question, 'another browser')
  const again = await signInOver(member, arrived.cookie, '/')
  assert.match((await askPage(hub, '/account', again)).body, question)
  assert.equal((await askPage(hub, '/account/guest', again, {})).status, 200)
  assert.doesNotMatch((await askPage(hub, '/account', again)).body, question)
  assert.deepEqual(await titles(member), ['As a guest'])
  const { items } = await hub.store.audit.list({ limit: 1, subjectId: member.user.id })
  assert.deepEqual([items[0]?.act, items[0]?.facts], ['guest-taken-along', { conversations: 1 }])
})

test('a guest of another browser stays a guest, whoever asks', async () => {
  const [member, guest] = [await hub.signIn('member'), await hub.signIn('guest')]
  await converse(hub.store, guest.user, { said: 'Not yours', answer: 'No.' })
  assert.equal((await askPage(hub, '/account/guest', guest, {})).status, 403)
  assert.match((await askPage(hub, '/account/guest', member, {})).body, /nothing to take along/)
  await askPage(hub, '/sign-out', member, {})
  const next = await signInOver(await hub.signIn('member'), member.cookie)
  assert.match((await askPage(hub, '/account/guest', next, {})).body, /nothing to take along/)
  assert.deepEqual(await titles(member), [])
  assert.deepEqual(await titles(guest), ['Not yours'])
})

test('a guest whom nobody gets to any more is deleted a month later, with all they said, and the log has it', async () => {
  const [member, guest] = [await hub.signIn('member'), await hub.signIn('guest')]
  await converse(hub.store, guest.user, { said: 'Left behind', answer: 'Yes.' })
  const arrived = await signInOver(member, guest.cookie)
  const isThere = async () => (await hub.store.accounts.findUser(guest.user.id)) !== undefined
  const now = Date.now()
  await deleteLeftGuests(hub.app.rooms, now)
  await askPage(hub, '/sign-out', arrived, {})
  await deleteLeftGuests(hub.app.rooms, now + 1)
  await deleteLeftGuests(hub.app.rooms, now + leftGuestAgeMs + 1)
  assert.ok(await isThere(), 'it is not a month since they could be taken along')
  await deleteLeftGuests(hub.app.rooms, now + leftGuestAgeMs + 2)
  assert.equal(await isThere(), false)
  assert.deepEqual(await titles(guest), [])
  const [entry] = (await hub.store.audit.list({ limit: 1, subjectId: guest.user.id })).items
  assert.deepEqual([entry?.act, entry?.actorId, entry?.facts], ['account-deleted', null, { by: 'house' }])
})
