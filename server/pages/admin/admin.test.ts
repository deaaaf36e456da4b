import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { useAdmin } from '../../../testing/accounts/use-admin.ts'
import type { SignedIn } from '../../../testing/hub/start-hub.ts'
import { newApiKey } from '../../accounts/keys/api-key.ts'
import { freshSignInMs } from '../../accounts/sessions/lifetime.ts'
import { openSession } from '../../accounts/sessions/open.ts'

const stage = useAdmin()

/** A further session of the same person, whose sign-in is too old to change who gets in. */
async function staleSession({ user, cookie }: SignedIn): Promise<SignedIn> {
  const at = Date.now() - freshSignInMs - 1_000
  const { token } = await openSession(stage.hub.store.sessions, stage.hub.app.rooms.config, { user, now: at })
  return { user, cookie: `${nameOf(cookie)}=${token}` }
}

const nameOf = (cookie: string) => cookie.split('=', 1)[0] ?? ''

test('a guest who finds the admins’ pages closed is shown the way in, and a member is not', async () => {
  const pageFor = async (kind: 'guest' | 'member') => {
    const page = await stage.get('/admin', await stage.hub.signIn(kind))
    assert.equal(page.status, 403)
    return /<div class="notice">[\s\S]*?<\/div>/.exec(await page.text())?.[0] ?? ''
  }
  assert.match(await pageFor('guest'), /href="\/sign-in"/)
  assert.doesNotMatch(await pageFor('member'), /sign-in/)
})

test('a person who is made an admin while connected may administer at once, and no longer once it is taken', async () => {
  const mika = await stage.hub.signIn('member')
  const socket = await stage.hub.connect(mika)
  assert.equal((await stage.get('/admin', mika)).status, 403)
  assert.equal((await stage.post(`/admin/people/${mika.user.id}/role`, { role: 'admin' })).status, 303)
  const opened = await stage.get('/admin', mika)
  assert.equal(opened.status, 200)
  const [renewed = ''] = opened.headers.getSetCookie()
  const cookie = renewed.split(';', 1)[0] ?? ''
  assert.equal(nameOf(cookie), nameOf(mika.cookie))
  assert.notEqual(cookie, mika.cookie, 'the session has a new token')
  assert.equal((await stage.post(`/admin/people/${mika.user.id}/role`, { role: 'user' })).status, 303)
  assert.equal((await stage.get('/admin', { ...mika, cookie })).status, 403)
  assert.deepEqual(await stage.actsOn(mika.user.id), ['role-changed', 'role-changed'])
  await socket.close()
})

test('what lets somebody in, or out for good, wants a fresh sign-in; what only shuts a door does not', async () => {
  const mika = await stage.hub.signIn('member')
  const stale = await staleSession(stage.admin)
  const path = `/admin/people/${mika.user.id}`
  const wanting = [
    [`${path}/role`, { role: 'admin' }],
    [`${path}/enable`, {}],
    [`${path}/delete`, { typed: 'Mika' }],
    ['/admin/invitations', { role: 'admin', days: '7', count: '1' }],
    ['/admin/rules/sign-up', { sign_up: 'open' }],
  ] as const
  for (const [action, fields] of wanting) {
    const answer = await stage.post(action, fields, stale)
    assert.match(answer.headers.get('location') ?? '', /^\/sign-in\?again=1&return_to=%2Fadmin/, action)
  }
  assert.equal((await stage.hub.store.accounts.findUser(mika.user.id))?.role, 'user')
  assert.deepEqual(await stage.hub.store.invitations.list(9), [])
  const way = await stage.get('/sign-in?again=1&return_to=/admin', stale)
  const words = await way.text()
  assert.ok(words.includes('Confirm it’s you') && !words.includes('Is this house yours?'))
  assert.equal(
    (await stage.post(`${path}/disable`, {}, stale)).headers.get('location'),
    `${path}?done=disabled`,
  )
})

test('the menu at the foot of the list leads admins here, and nobody else', async () => {
  assert.ok((await (await stage.get('/')).text()).includes('href="/admin"'))
  assert.ok(
    !(await (await stage.get('/', await stage.hub.signIn('member'))).text()).includes('href="/admin"'),
  )
})

test('a key of an admin administers nothing', async () => {
  const { key, prefix, hash } = newApiKey()
  const made = {
    id: uuidv7(),
    userId: stage.admin.user.id,
    name: 'Key',
    createdAt: Date.now(),
    expiresAt: null,
  }
  await stage.hub.store.apiKeys.create({ ...made, prefix, hash, scopes: ['chat', 'read-own'] })
  const headers = { authorization: `Bearer ${key}` }
  assert.equal((await fetch(`${stage.hub.origin}/v1/sessions`, { headers })).status, 200)
  assert.equal((await fetch(`${stage.hub.origin}/admin`, { headers })).status, 403)
})
