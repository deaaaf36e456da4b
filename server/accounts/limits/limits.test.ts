import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, before, test } from 'node:test'
import { holdClock } from '../../../testing/hub/hold-clock.ts'
import { newSend, startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { TestHub } from '../../../testing/hub/start-hub.ts'
import { readConfig } from '../../config.ts'
import type { User } from '../../store/store.ts'
import { addressKey } from './address-key.ts'
import { messageQuotas } from './quotas.ts'

let house: TestHouse
let here: TestHub
let there: TestHub

const config = {
  messagesPerMinute: { user: 3, premium: 5, admin: 0 },
  attemptsPerMinute: 4,
  trustedProxies: ['127.0.0.1'],
}

before(async () => {
  house = await startTestHouse({ config })
  here = house.hub
  there = await house.addHub({ databaseUrl: here.databaseUrl, config })
})
after(() => house?.[Symbol.asyncDispose]())

const minute = 60_000

test('messages past a person’s limit are refused on every hub, with when to come back', async (t) => {
  holdClock(t)
  const mika = await here.signIn('member')
  const sockets = [await here.connect(mika), await there.connect(mika)] as const
  for (let count = 0; count < 3; count += 1) {
    const socket = sockets[count % 2] ?? sockets[0]
    socket.send(newSend(`Message ${count}`))
    await socket.next('chat.accepted')
  }
  for (const socket of sockets) {
    const send = newSend('One too many')
    socket.send(send)
    const error = await socket.next('error')
    assert.deepEqual([error.code, error.retryable, error.request_id], ['rate_limited', true, send.request_id])
    assert.equal(error.detail, 'This house’s limit of 3 messages a minute is reached')
    assert.ok((error.retry_after_ms ?? 0) > 0 && (error.retry_after_ms ?? minute + 1) <= minute)
  }
  const rin = await here.connect(await here.signIn('member'))
  rin.send(newSend('Another person'))
  await rin.next('chat.accepted')
  for (const socket of [...sockets, rin]) await socket.close()
})

test('an admin without a limit has none', async () => {
  const socket = await here.connect(await here.signIn('owner'))
  for (let count = 0; count < 5; count += 1) {
    socket.send(newSend(`Message ${count}`))
    await socket.next('chat.accepted')
  }
  await socket.close()
})

test('attempts to get in are counted by address over all hubs, and others’ are not held up', async (t) => {
  holdClock(t)
  const attempt = (hub: TestHub, address: string) =>
    fetch(`${hub.origin}/owner/none`, { headers: { 'x-forwarded-for': address } })
  for (let count = 0; count < 4; count += 1)
    assert.equal((await attempt(count % 2 ? here : there, `2001:db8:1:2::${count}`)).status, 404)
  const refused = await attempt(here, '2001:db8:1:2:3:4:5:6')
  assert.equal(refused.status, 429)
  const seconds = Number(refused.headers.get('retry-after'))
  const problem = (await refused.json()) as { code: string; retry_after_ms: number }
  assert.equal(problem.code, 'rate_limited')
  assert.equal(seconds, Math.ceil(problem.retry_after_ms / 1000))
  assert.ok(seconds >= 1 && seconds <= 60)
  assert.equal((await attempt(here, '2001:db8:1:3::1')).status, 404)
})

test('an attempt counts however its address is written', async (t) => {
  holdClock(t)
  const paths = [
    '/owner/none',
    '/%6Fwner/none',
    '/%6f%77%6e%65%72/none',
    'http://elsewhere.example/owner/none',
  ]
  const statuses: number[] = []
  for (const path of [...paths, ...paths]) statuses.push(await statusOf(path, '203.0.113.77'))
  assert.deepEqual(statuses, [404, 404, 404, 404, 429, 429, 429, 429])
})

/** With the request's target as it is given, which `fetch` would write anew. */
async function statusOf(path: string, address: string): Promise<number> {
  const asked = request({
    ...{ host: '127.0.0.1', port: here.port, path, agent: false },
    headers: { 'x-forwarded-for': address },
  })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  return answer.statusCode ?? 0
}

test('a forwarded address is believed of a trusted proxy alone', async (t) => {
  holdClock(t)
  await using untrusting = await house.addHub({ config: { ...config, trustedProxies: ['192.0.2.1'] } })
  const statuses: number[] = []
  for (let count = 0; count < 5; count += 1) {
    const headers = { 'x-forwarded-for': `203.0.113.${count}` }
    statuses.push((await fetch(`${untrusting.origin}/owner/none`, { headers })).status)
  }
  assert.deepEqual(statuses, [404, 404, 404, 404, 429])
})

test('addresses count as their holders have them', () => {
  assert.equal(addressKey('203.0.113.9'), '203.0.113.9')
  assert.equal(addressKey('::ffff:203.0.113.9'), '203.0.113.9')
  assert.equal(addressKey('2001:DB8:0001:2:3:4:5:6'), '2001:db8:1:2::/64')
  assert.equal(addressKey('2001:db8:1:2::'), addressKey('2001:db8:1:2:ffff::1'))
  assert.equal(addressKey('2001:db8::1'), '2001:db8:0:0::/64')
  assert.equal(addressKey('::1'), '0:0:0:0::/64')
  assert.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64')
  assert.equal(addressKey('unknown'), addressKey('_hidden'), 'what is no address is no new one each time')
})

test('used-up tokens refuse the next message until the day is over', () => {
  const user: User = { id: 'u', name: 'Mia', kind: 'member', role: 'user', email: null, createdAt: 1 }
  const perRole = (user: number) => ({ user, premium: 0, admin: 0 })
  const now = 3 * 24 * 60 * minute + 1_000
  const settings = { messagesPerMinute: perRole(0), tokensPerDay: perRole(500) }
  const [quota, none] = messageQuotas(settings, user, now)
  assert.equal(none, undefined)
  assert.deepEqual([quota?.amount, quota?.most, quota?.retryAfterMs], [0, 499, 24 * 60 * minute - 1_000])
  assert.match(quota?.detail ?? '', /limit of 500 tokens a day is reached.*tomorrow/)
  assert.deepEqual(messageQuotas(settings, { ...user, role: 'premium' }, now), [])
})

test('limits are read by role, and what makes no sense is refused', () => {
  assert.deepEqual(readConfig({}).messagesPerMinute, { user: 60, premium: 120, admin: 0 })
  assert.deepEqual(readConfig({ TOKENS_PER_DAY: '9, admin=0' }).tokensPerDay, {
    user: 9,
    premium: 9,
    admin: 0,
  })
  for (const wrong of ['premium=3', '3,4', '3,guest=4', '3,premium', '-1', '3,premium=x'])
    assert.throws(() => readConfig({ MESSAGES_PER_MINUTE: wrong }), /MESSAGES_PER_MINUTE is/, wrong)
  assert.throws(() => readConfig({ CONCURRENT_REPLIES: '0' }), /from 1 to 32/)
  assert.deepEqual(readConfig({ CONCURRENT_CALLS: '0,admin=2' }).concurrentCalls.admin, 2)
  assert.throws(() => readConfig({ CONCURRENT_CALLS: '33' }), /from 0 to 32/)
  assert.deepEqual(readConfig({ TRUSTED_PROXIES: 'loopback, 10.0.0.0/8,fd00::/8' }).trustedProxies.length, 3)
  for (const wrong of ['everybody', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0', 'true'])
    assert.throws(() => readConfig({ TRUSTED_PROXIES: wrong }), /TRUSTED_PROXIES is/, wrong)
})
