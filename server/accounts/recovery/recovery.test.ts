import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { SignedIn } from '../../../testing/hub/start-hub.ts'
import { hashRecoveryCode, newRecoveryCode } from './recovery-code.ts'

let house: TestHouse

before(async () => {
  house = await startTestHouse({ config: { publicUrl: 'http://localhost', attemptsPerMinute: 1_000 } })
})
after(() => house?.[Symbol.asyncDispose]())

async function withCode(who: SignedIn): Promise<string> {
  const code = newRecoveryCode()
  await house.hub.store.recoveryCodes.replace(who.user.id, [hashRecoveryCode(code)], 1)
  return code
}

/** What the form on the sign-in page sends. @returns where it leads, and the cookie it brings. */
async function giveCode(code: string, cookie = '', hub = house.hub, returnTo = '') {
  const answer = await fetch(`${hub.origin}/sign-in/recovery`, {
    method: 'POST',
    body: new URLSearchParams({ code, ...(returnTo && { return_to: returnTo }) }),
    headers: { cookie, 'sec-fetch-site': 'same-origin' },
    redirect: 'manual',
  })
  return { to: answer.headers.get('location') ?? '', cookies: answer.headers.getSetCookie() }
}

const pageAt = async (path: string, cookie: string) =>
  (await fetch(`${house.hub.origin}${path}`, { headers: { cookie } })).text()

test('somebody else’s recovery code confirms nobody, is not used up, and leaves the session as it was', async () => {
  const { store } = house.hub
  const [mika, rin] = [await house.hub.signIn('member'), await house.hub.signIn('member')]
  const code = await withCode(rin)
  const { to, cookies } = await giveCode(code, mika.cookie)
  assert.deepEqual([to, cookies], ['/sign-in?again=1&problem=somebody_elses_code', []])
  const page = await pageAt(to, mika.cookie)
  assert.match(page, /Confirm it’s you/)
  assert.match(page, /That code belongs to somebody else than the one who is signed in here/)
  assert.equal(await store.recoveryCodes.countUnused(rin.user.id), 1)
  const { items } = await store.audit.list({ limit: 9, personId: mika.user.id })
  assert.deepEqual(
    items.map(({ act, actorId, subjectId, facts }) => ({ act, actorId, subjectId, facts })),
    [
      {
        ...{ act: 'sign-in-refused', actorId: mika.user.id, subjectId: rin.user.id },
        facts: { by: 'recovery_code', reason: 'somebody_else' },
      },
    ],
  )
  assert.equal((await giveCode(code)).to, '/account?recovered=1', 'its own person comes in by it')
})

test('one’s own recovery code confirms that it is oneself, and a wrong one asks again', async () => {
  const mika = await house.hub.signIn('member')
  const code = await withCode(mika)
  const wrong = await giveCode('7K3M', mika.cookie)
  assert.deepEqual([wrong.to, wrong.cookies], ['/sign-in?again=1&problem=recovery_code', []])
  assert.match(await pageAt(wrong.to, mika.cookie), /Confirm it’s you/)
  const right = await giveCode(code, mika.cookie)
  assert.equal(right.to, '/')
  assert.equal(right.cookies.length, 1)
})

test('who confirms by a recovery code goes back to what they were doing, also after a wrong one, and nowhere else', async () => {
  const { hub } = house
  const mika = await hub.signIn('member')
  const wrong = await giveCode('7K3M', mika.cookie, hub, '/account#keys')
  assert.equal(wrong.to, '/sign-in?again=1&return_to=%2Faccount%23keys&problem=recovery_code')
  const page = await pageAt(wrong.to, mika.cookie)
  assert.match(
    page,
    /action="\/sign-in\/recovery"><input type="hidden" name="return_to" value="\/account#keys">/,
  )
  assert.match(page, /<a [^>]*href="\/account#keys">Not now<\/a>/)
  assert.equal((await giveCode(await withCode(mika), mika.cookie, hub, '/account#keys')).to, '/account#keys')
  assert.equal((await giveCode(await withCode(mika), '', hub, '/account#keys')).to, '/account?recovered=1')
  const rin = await hub.signIn('member')
  const elsewhere = await pageAt('/sign-in?again=1&return_to=//evil.example', rin.cookie)
  assert.match(elsewhere, /<a [^>]*href="\/">Not now<\/a>/)
  assert.equal((await giveCode(await withCode(rin), rin.cookie, hub, '//evil.example')).to, '/')
})

test('a flood of wrong codes is one entry of the log that counts them, over all hubs', async (t) => {
  // Within one hour of the clock.
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2027, 0, 1, 12) })
  const other = await house.addHub({ databaseUrl: house.hub.databaseUrl })
  for (let time = 0; time < 6; time += 1) await giveCode(`7K3M-${time}`, '', time % 2 ? house.hub : other)
  const { items } = await house.hub.store.audit.list({ limit: 1 })
  const [{ act, address, facts } = assert.fail('Nothing is noted')] = items
  assert.deepEqual(
    [act, address, facts],
    ['sign-in-refused', '127.0.0.1', { reason: 'recovery_code', times: 6 }],
  )
})

test('a guest comes in by a recovery code as whom it belongs to', async () => {
  const [guest, mika] = [await house.hub.signIn('guest'), await house.hub.signIn('member')]
  assert.equal((await giveCode(await withCode(mika), guest.cookie)).to, '/account?recovered=1')
})
