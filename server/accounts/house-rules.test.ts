import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newSend, startTestHouse, type TestHouse } from '../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../testing/hub/start-hub.ts'
import { readConfig } from '../config.ts'
import { readHouseRules } from './house-rules.ts'
import { signInWithIdentity } from './sign-in.ts'

let house: TestHouse
let hub: TestHub
let admin: SignedIn

before(async () => {
  house = await startTestHouse()
  hub = house.hub
  admin = await hub.signIn('owner')
})
after(() => house?.[Symbol.asyncDispose]())

const post = (path: string, fields: Record<string, string>, at = hub) =>
  fetch(`${at.origin}/admin/rules/${path}`, {
    method: 'POST',
    headers: { cookie: admin.cookie, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  })

const stranger = (subject: string) =>
  signInWithIdentity(hub.app.rooms, { issuer: 'https://id.example.org', subject, emailVerified: false })

test('an admin opens the house and closes it again, without a restart', async () => {
  assert.equal((await stranger('one')).outcome, 'refused')
  assert.equal((await post('sign-up', { sign_up: 'open' })).status, 303)
  assert.equal((await stranger('one')).outcome, 'signed-in')
  assert.equal((await post('sign-up', { sign_up: 'closed' })).status, 303)
  assert.deepEqual(await stranger('two'), { outcome: 'refused', reason: 'closed' })
  assert.equal((await post('sign-up', { sign_up: 'ajar' })).status, 400)
  const [entry] = (await hub.store.audit.list({ limit: 1, act: 'house-setting-changed' })).items
  assert.deepEqual(entry?.facts, { rule: 'SIGN_UP', value: 'closed' })
})

test('a limit that an admin sets holds on a hub that starts after it', async () => {
  const limit = { user: '1', premium: '2', admin: '0' }
  assert.equal((await post('limits/messagesPerMinute', limit)).status, 303)
  for (const wrong of ['-1', '1.5', '10001', 'x', ''])
    assert.equal((await post('limits/messagesPerMinute', { ...limit, user: wrong })).status, 400, wrong)
  assert.equal((await post('limits/uploadMibPerDay', limit)).status, 303)
  assert.equal((await post('limits/attemptsPerMinute', limit)).status, 404)
  assert.equal((await post('limits/concurrentReplies', { ...limit, admin: '0' })).status, 400)
  assert.equal((await post('limits/concurrentCalls', { ...limit, admin: '33' })).status, 400)
  assert.equal((await post('limits/concurrentCalls', limit)).status, 303)
  await using later = await house.addHub({ databaseUrl: hub.databaseUrl })
  assert.deepEqual((await later.app.rooms.rules()).messagesPerMinute, { user: 1, premium: 2, admin: 0 })
  assert.equal((await later.app.rooms.rules()).uploadMibPerDay.premium, 2)
  assert.equal((await later.app.rooms.rules()).concurrentCalls.admin, 0)
  const socket = await later.connect(await later.signIn('member'))
  // Three, since a new minute may begin between two.
  for (let count = 0; count < 3; count += 1) socket.send(newSend(`Message ${count}`))
  assert.equal((await socket.next('error')).code, 'rate_limited')
  await socket.close()
})

test('what the environment decides is shown as decided, and no form changes it', async () => {
  const config = readConfig({ PORT: '0', SIGN_UP: 'invitation', TOKENS_PER_DAY: '5' })
  await using strict = await house.addHub({ databaseUrl: hub.databaseUrl, config })
  const rules = await readHouseRules(strict.app.rooms)
  assert.deepEqual([rules.signUp, rules.tokensPerDay.user], ['invitation', 5])
  assert.equal((await post('sign-up', { sign_up: 'open' }, strict)).status, 400)
  const headers = { cookie: admin.cookie, accept: 'text/html' }
  const page = await (await fetch(`${strict.origin}/admin/rules`, { headers })).text()
  assert.ok(page.includes('set by <code>SIGN_UP</code>') && !page.includes('name="sign_up"'))
})

test('a value in the store that no rule takes counts as not set', async () => {
  const by = { userId: admin.user.id, now: Date.now() }
  await hub.store.houseSettings.set('rules', { signUp: 'ajar' }, by)
  assert.equal((await readHouseRules(hub.app.rooms)).signUp, 'invitation')
})
