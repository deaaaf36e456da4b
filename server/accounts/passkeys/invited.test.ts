import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { publicOrigin, signInAt, startSignInHouse } from '../../../testing/providers/sign-in-house.ts'
import { useSignInHouse } from '../../../testing/providers/use-sign-in-house.ts'
import { hashToken, newToken } from '../sessions/tokens.ts'

const home = useSignInHouse({ signUp: 'invitation' })

async function invite(expiresAt = Date.now() + 60_000): Promise<string> {
  const token = newToken()
  const { user: admin } = await home.hubs[0].signIn('owner')
  const facts = { id: uuidv7(), role: 'premium', note: '', createdBy: admin.id, createdAt: 1 } as const
  await home.hubs[0].store.invitations.create({ ...facts, tokenHash: hashToken(token), expiresAt })
  return token
}

test('an invitation goes along to a provider, and its role counts', async () => {
  const token = await invite()
  const visitor = home.visitor()
  const page = await visitor.ask(`${publicOrigin}/invitation/${token}`)
  assert.equal(page.status, 200)
  assert.match(page.body, new RegExp(`href="/sign-in/authentik\\?invitation=${token}"`))
  assert.match(page.body, /data-passkey="make"/)
  const created = mock.method(home.hubs[0].store.flows, 'create')
  await signInAt(visitor, 'authentik', `?invitation=${token}`)
  const [kept] = created.mock.calls.map(({ arguments: [flow] }) => flow.json)
  created.mock.restore()
  assert.ok(
    kept?.includes(hashToken(token)) && !kept.includes(token),
    'whoever reads the store gets no way in',
  )
  assert.deepEqual([(await home.whoIs(visitor))?.name, (await home.whoIs(visitor))?.role], ['Ada', 'premium'])
  assert.equal((await home.visitor().ask(`${publicOrigin}/invitation/${token}`)).status, 404)
  const present = await visitor.ask(`${publicOrigin}/invitation/${await invite()}`)
  assert.match(present.body, /You are signed in here as Ada/)
})

test('no invitation is no way in: unknown, too old, or no token at all', async () => {
  const late = await invite(Date.now() - 1)
  for (const token of [late, newToken(), 'x', '..%2f..%2f'])
    assert.equal((await home.visitor().ask(`${publicOrigin}/invitation/${token}`)).status, 404, token)
  const visitor = home.visitor()
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const body = JSON.stringify({ name: 'Eve' })
  const path = `${publicOrigin}/invitation/${late}/options`
  assert.equal((await visitor.ask(path, { method: 'POST', headers, body })).status, 404)
})

test('a house that is closed makes no exception for invitations', async () => {
  await using closed = await startSignInHouse({ signUp: 'closed' })
  const token = newToken()
  const { user: admin } = await closed.hubs[0].signIn('owner')
  const facts = { id: uuidv7(), role: 'user', note: '', createdBy: admin.id, createdAt: 1 } as const
  const expiresAt = Date.now() + 60_000
  await closed.hubs[0].store.invitations.create({ ...facts, tokenHash: hashToken(token), expiresAt })
  assert.equal((await closed.visitor().ask(`${publicOrigin}/invitation/${token}`)).status, 404)
})

test('what is no answer of a device is refused in words, and signs nobody in', async () => {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const made = Buffer.from(JSON.stringify({ challenge: newToken() })).toString('base64url')
  const response = { clientDataJSON: made, authenticatorData: 'AA', signature: 'AA', userHandle: 'AA' }
  const answer = { id: 'AA', rawId: 'AA', type: 'public-key', clientExtensionResults: {}, response }
  for (const [body, status] of [
    ['{}', 400],
    [JSON.stringify({ answer: { ...answer, response: { ...response, clientDataJSON: 'AA' } } }), 400],
    [JSON.stringify({ answer: { ...answer, id: 'A'.repeat(9_000) } }), 400],
    [JSON.stringify({ answer }), 401],
  ] as const) {
    const said = await home
      .visitor()
      .ask(`${publicOrigin}/sign-in/passkey`, { method: 'POST', headers, body })
    assert.equal(said.status, status, body.slice(0, 60))
    assert.match(said.body, /"code":"/)
  }
})
