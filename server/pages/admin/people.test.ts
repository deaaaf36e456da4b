import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { useAdmin } from '../../../testing/accounts/use-admin.ts'

const stage = useAdmin()

test('an admin finds people, and the page shows names as text', async () => {
  const rin = await stage.hub.signIn('member')
  await stage.hub.store.accounts.rename(rin.user.id, 'Rin <b>of</b> Nara', Date.now())
  const page = await (await stage.get('/admin?q=nara')).text()
  assert.ok(page.includes('Rin &lt;b&gt;of&lt;/b&gt; Nara') && !page.includes('<b>of'))
  assert.ok((await (await stage.get('/admin?q=nobody-like-that')).text()).includes('Nobody here has'))
  const one = await stage.get(`/admin/people/${rin.user.id}`)
  assert.equal(one.status, 200)
  assert.equal(one.headers.get('cache-control'), 'no-store')
  const guest = await stage.hub.signIn('guest')
  assert.equal((await stage.get(`/admin/people/${guest.user.id}`)).status, 404)
  assert.equal((await stage.get(`/admin/people/${uuidv7()}`)).status, 404)
})

test('switching off closes the sockets of a person and lets them in nowhere until it is undone', async () => {
  const mika = await stage.hub.signIn('member')
  const socket = await stage.hub.connect(mika)
  assert.equal((await stage.post(`/admin/people/${mika.user.id}/disable`)).status, 303)
  assert.equal((await socket.closed).reason, 'not_signed_in')
  assert.equal((await stage.get('/admin', mika)).status, 401)
  assert.equal((await stage.post(`/admin/people/${mika.user.id}/enable`)).status, 303)
  assert.equal((await stage.hub.store.accounts.findUser(mika.user.id))?.disabledAt, null)
  assert.deepEqual(await stage.actsOn(mika.user.id), ['user-enabled', 'user-disabled'])
})

test('signing somebody out everywhere ends every session of theirs', async () => {
  const mika = await stage.hub.signIn('member')
  const socket = await stage.hub.connect(mika)
  assert.equal((await stage.post(`/admin/people/${mika.user.id}/sign-out`)).status, 303)
  assert.equal((await socket.closed).reason, 'not_signed_in')
  assert.deepEqual(await stage.hub.store.sessions.list(mika.user.id, Date.now()), [])
})

test('a person is deleted once their name is typed', async () => {
  const mika = await stage.hub.signIn('member')
  const path = `/admin/people/${mika.user.id}/delete`
  assert.equal((await stage.post(path, { typed: 'Mik' })).status, 400)
  assert.ok(await stage.hub.store.accounts.findUser(mika.user.id))
  assert.equal((await stage.post(path, { typed: 'Mika' })).headers.get('location'), '/admin?done=deleted')
  assert.equal(await stage.hub.store.accounts.findUser(mika.user.id), undefined)
  assert.deepEqual(await stage.actsOn(mika.user.id), ['account-deleted'])
  assert.ok((await (await stage.get(`/admin/log?person=${mika.user.id}`)).text()).includes('somebody gone'))
})

test('the last admin and the owner stay', async () => {
  for (const act of ['role', 'disable', 'delete']) {
    const fields = { role: 'user', typed: stage.admin.user.name }
    assert.equal((await stage.post(`/admin/people/${stage.admin.user.id}/${act}`, fields)).status, 409, act)
  }
  const other = await stage.hub.signIn('member')
  await stage.post(`/admin/people/${other.user.id}/role`, { role: 'admin' })
  assert.equal(
    (await stage.post(`/admin/people/${stage.admin.user.id}/disable`, {})).status,
    409,
    'the owner',
  )
  const ownersPage = `/admin/people/${stage.admin.user.id}`
  for (const who of [stage.admin, other])
    assert.equal((await stage.post(`${ownersPage}/delete`, { typed: 'Mika' }, who)).status, 409, 'the owner')
  assert.ok(await stage.hub.store.accounts.findUser(stage.admin.user.id))
  assert.ok(!(await (await stage.get(ownersPage, other)).text()).includes('Delete for good'))
  await stage.post(`/admin/people/${other.user.id}/delete`, { typed: other.user.name })
})

test('the page of somebody signed in says that the keys of their programs stay', async () => {
  const { user } = await stage.hub.signIn('member')
  assert.match(await (await stage.get(`/admin/people/${user.id}`)).text(), /Keys of their programs stay good/)
})
