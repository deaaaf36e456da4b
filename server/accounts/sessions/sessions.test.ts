import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { openTemporaryStore, type TemporaryStore } from '../../../testing/store/open-temporary-store.ts'
import type { Role, User } from '../../store/store.ts'
import { deviceOf } from './device.ts'
import { useSession } from './find.ts'
import { guestIdleMs, noteUseEveryMs, sessionEnd } from './lifetime.ts'
import { openSession } from './open.ts'

const day = 24 * 60 * 60_000
const limits = { sessionIdleMs: 30 * day, sessionLifetimeMs: 180 * day }
let temporary: TemporaryStore

before(async () => {
  temporary = await openTemporaryStore()
})
after(() => temporary[Symbol.asyncDispose]())

async function newMember(role: Role = 'user'): Promise<User> {
  const user: User = { id: uuidv7(), name: 'Rin', kind: 'member', role, email: null, createdAt: 1 }
  await temporary.store.accounts.createUser(user)
  return user
}

const use = (token: string, now: number, mayRotate = true) =>
  useSession(temporary.store.sessions, limits, { token, now, mayRotate })

test('a member’s session ends by its idle time or its absolute one, whichever comes first', async () => {
  const user = await newMember()
  assert.equal(sessionEnd(limits, user, 0, 10 * day), 40 * day)
  assert.equal(sessionEnd(limits, user, 0, 170 * day), 180 * day)
  assert.equal(sessionEnd(limits, { ...user, kind: 'guest' }, 0, 900 * day), 900 * day + guestIdleMs)
  const { token } = await openSession(temporary.store.sessions, limits, { user, now: 0 })
  let now = 0
  for (; now + 20 * day <= 180 * day; now += 20 * day) assert.ok(await use(token, now), String(now / day))
  assert.ok(await use(token, 180 * day - 1))
  assert.equal(await use(token, 180 * day), undefined)
})

test('a use is noted now and then, not with every request', async () => {
  const user = await newMember()
  const { token, credential } = await openSession(temporary.store.sessions, limits, { user, now: 0 })
  const lastUse = async () => (await temporary.store.sessions.list(user.id, 0))[0]?.lastUsedAt
  assert.equal((await use(token, noteUseEveryMs - 1))?.cookie, undefined)
  assert.equal(await lastUse(), 0)
  const noted = await use(token, noteUseEveryMs)
  assert.deepEqual(noted?.cookie, { token, expiresAt: noteUseEveryMs + limits.sessionIdleMs })
  assert.deepEqual(noted?.credential, credential)
  assert.equal(await lastUse(), noteUseEveryMs)
})

test('a change of role gives the session a new token at its next use, and the old one ends', async () => {
  const user = await newMember()
  const { token, credential } = await openSession(temporary.store.sessions, limits, { user, now: 0 })
  await temporary.store.accounts.setRole(user.id, 'premium', 1)
  const onSocket = await use(token, 2, false)
  assert.deepEqual([onSocket?.cookie, onSocket?.user.role], [undefined, 'premium'])
  const rotated = await use(token, 3)
  const next = rotated?.cookie?.token ?? ''
  assert.notEqual(next, token)
  assert.equal(rotated?.credential.id, credential.id)
  assert.equal((await use(token, 60_000))?.cookie, undefined, 'what was under way is still let in')
  assert.equal(await use(token, 60_003), undefined)
  assert.equal((await use(next, 60_003))?.user.role, 'premium')
})

test('of two requests that come at a rotation both get in, and one gets the new token', async () => {
  const user = await newMember()
  const { token } = await openSession(temporary.store.sessions, limits, { user, now: 0 })
  await temporary.store.accounts.setRole(user.id, 'admin', 1)
  const both = await Promise.all([use(token, 2), use(token, 2)])
  assert.equal(both.filter((one) => one?.user.role === 'admin').length, 2)
  assert.equal(both.filter((one) => one?.cookie !== undefined).length, 1)
})

test('what is no token asks the store nothing', async () => {
  const { find } = temporary.store.sessions
  const never = { ...temporary.store.sessions, find: () => assert.fail('the store was asked') }
  for (const token of ['', 'x', 'A'.repeat(44), `${'A'.repeat(42)}=`, `${'A'.repeat(42)}'`])
    assert.equal(await useSession(never, limits, { token, now: 1, mayRotate: true }), undefined)
  assert.equal(await find('A', 1), undefined)
})

test('a device is named in few words, whatever it says', () => {
  const linux = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  const edge =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0'
  assert.equal(deviceOf(linux), 'Firefox on Linux')
  assert.equal(deviceOf(edge), 'Edge on Windows')
  assert.equal(deviceOf('curl/8.0'), 'curl/8.0')
  assert.equal(deviceOf('x'.repeat(9_000))?.length, 80)
  assert.equal(deviceOf('  '), undefined)
  assert.equal(deviceOf(undefined), undefined)
})
