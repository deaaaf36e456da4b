import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { useAdmin } from '../../../testing/accounts/use-admin.ts'
import type { TestHub } from '../../../testing/hub/start-hub.ts'

const stage = useAdmin()

test('invitations are shown once, let one person in each, and can be taken back', async () => {
  const wanted = { role: 'premium', days: '7', count: '2', note: 'For <Ada>' }
  const page = await (await stage.post('/admin/invitations', wanted)).text()
  const tokens = [...page.matchAll(/\/invitation\/([\w-]{43})/g)].map(([, token]) => token)
  assert.equal(new Set(tokens).size, 2)
  assert.ok(page.includes(`>${stage.hub.origin}/invitation/${tokens[0]}<`))
  const later = await (await stage.get('/admin/invitations')).text()
  assert.ok(later.includes('For &lt;Ada&gt;') && tokens.every((token) => !later.includes(String(token))))
  const [one] = await stage.hub.store.invitations.list(9)
  assert.deepEqual([one?.role, one?.note, one?.createdBy], ['premium', 'For <Ada>', stage.admin.user.id])
  assert.equal((await stage.post(`/admin/invitations/${one?.id}/revoke`)).status, 303)
  assert.equal((await stage.post(`/admin/invitations/${one?.id}/revoke`)).status, 404)
  assert.equal((await stage.hub.store.invitations.list(9)).length, 1)
  for (const wrong of [{ role: 'owner' }, { days: '400' }, { count: '21' }, { count: '0' }])
    assert.equal((await stage.post('/admin/invitations', { ...wanted, ...wrong })).status, 400)
})

test('where nobody can use an invitation, the page for making them and its own say so, and nothing else', async () => {
  const useless = /Nobody can use an invitation at the address you are at/
  assert.match(await (await stage.get('/admin/invitations')).text(), useless)
  const fields = { role: 'user', days: '1', count: '1', note: 'Early' }
  const page = await (await stage.post('/admin/invitations', fields)).text()
  const [link = ''] = /\/invitation\/[\w-]{43}/.exec(page) ?? []
  const invitation = await (await fetch(`${stage.hub.origin}${link}`)).text()
  assert.match(invitation, /At this address there is no way to come back in/)
  assert.doesNotMatch(invitation, /Say who you are/)
  const named = {
    authorization: '',
    cookie: stage.admin.cookie,
    host: `localhost:${stage.hub.port}`,
    connection: 'keep-alive',
  }
  const here = await stage.hub.app.fastify.inject({ url: '/admin/invitations', headers: named })
  assert.equal(here.statusCode, 200)
  assert.doesNotMatch(here.body, useless)
})

test('an admin at localhost is told that invitations made there open on this machine alone, others are not', async () => {
  const alone =
    /Links made here begin with <code>http:\/\/localhost:\d+<\/code>, so they open on this machine alone/
  const askedAt = async (from: TestHub, cookie: string, host: string) => {
    const headers = { authorization: '', cookie, host, connection: 'keep-alive' }
    return (await from.app.fastify.inject({ url: '/admin/invitations', headers })).body
  }
  assert.match(await askedAt(stage.hub, stage.admin.cookie, `localhost:${stage.hub.port}`), alone)
  assert.doesNotMatch(await askedAt(stage.hub, stage.admin.cookie, `192.0.2.7:${stage.hub.port}`), alone)
  const named = await stage.house.addHub({ config: { publicUrl: 'https://chat.example.org' } })
  const { cookie } = await named.signIn('owner')
  assert.doesNotMatch(await askedAt(named, cookie, `localhost:${named.port}`), alone)
})

test('an invitation is no use where providers are set up but send nobody back', async () => {
  const config = { githubClientId: 'id', githubClientSecret: 'secret' }
  const from = await stage.house.addHub({ config })
  const headers = { authorization: '', cookie: (await from.signIn('owner')).cookie, host: 'chat.example.org' }
  const page = await from.app.fastify.inject({ url: '/admin/invitations', headers })
  assert.match(page.body, /Nobody can use an invitation at the address you are at/)
})

test('an invitation names who made it, and is no good once they are no admin', async () => {
  const rin = await stage.hub.signIn('member')
  await stage.hub.store.accounts.rename(rin.user.id, 'Rin', Date.now())
  await stage.hub.store.accounts.setRole(rin.user.id, 'admin', Date.now())
  const path = /\/invitation\/[\w-]{43}/
  const fields = { role: 'admin', days: '7', count: '1', note: 'Rin’s own' }
  const [link = ''] = path.exec(await (await stage.post('/admin/invitations', fields, rin)).text()) ?? []
  const row = async () =>
    /<li class="ledger-row">(?:(?!<\/li>).)*Rin’s own.*?<\/li>/s.exec(
      await (await stage.get('/admin/invitations')).text(),
    )?.[0]
  assert.match((await row()) ?? '', /by Rin<[\s\S]*until <time /)
  assert.notEqual((await fetch(`${stage.hub.origin}${link}`)).status, 404)
  await stage.post(`/admin/people/${rin.user.id}/disable`)
  assert.match((await row()) ?? '', /its maker is no admin here/)
  assert.equal((await fetch(`${stage.hub.origin}${link}`)).status, 404)
})

test('an invitation names who used it, also when they are gone', async () => {
  const given = {
    id: uuidv7(),
    tokenHash: 'for-mia',
    role: 'user',
    note: '',
    createdBy: stage.admin.user.id,
  } as const
  await stage.hub.store.invitations.create({ ...given, createdAt: 5, expiresAt: 100 })
  const identity = {
    issuer: 'https://id.example',
    subject: 'mia',
    email: null,
    emailVerified: false,
    label: '',
  }
  const mia = { userId: uuidv7(), name: 'Mia', role: 'user', email: null, now: 20 } as const
  await stage.hub.store.identities.signUp({ ...mia, proof: { identity }, invitationHash: 'for-mia' })
  const path = `/admin/people/${mia.userId}`
  const page = async () => (await stage.get('/admin/invitations')).text()
  assert.ok((await page()).includes(`invitation ${given.id.slice(-6)}`))
  assert.ok((await page()).includes(`href="${path}">by Mia</a>`))
  await stage.post(`${path}/delete`, { typed: 'Mia' })
  assert.ok((await page()).includes(`by somebody gone`))
  assert.ok(!(await page()).includes(path))
})
