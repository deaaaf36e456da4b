import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { askPage } from '../../../testing/accounts/ask-page.ts'
import { holdClock } from '../../../testing/hub/hold-clock.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { SignedIn, TestHub } from '../../../testing/hub/start-hub.ts'
import { accountChangeBounds, accountChangeCounter } from './account-changes.ts'

let house: TestHouse
let here: TestHub
let there: TestHub

before(async () => {
  house = await startTestHouse()
  here = house.hub
  there = await house.addHub({ databaseUrl: here.databaseUrl })
})
after(() => house?.[Symbol.asyncDispose]())

const [minute, day] = accountChangeBounds

/** As though somebody had changed their account so often in this window. */
const changed = ({ user }: SignedIn, windowMs: number, times: number) =>
  here.store.limits.add(accountChangeCounter(user.id, windowMs, Date.now()), times)

const rename = (hub: TestHub, who: SignedIn, name = 'Ada') => askPage(hub, '/account/name', who, { name })

const linesOf = async ({ user }: SignedIn) =>
  (await here.store.audit.list({ limit: 200, subjectId: user.id })).items.length

test('who renames themself in a loop is refused on every hub, and the log grows no further', async (t) => {
  holdClock(t)
  const mika = await here.signIn('member')
  const before = await linesOf(mika)
  await changed(mika, minute.windowMs, minute.most - 2)
  for (const hub of [here, there]) assert.equal((await rename(hub, mika)).status, 200)
  for (const hub of [here, there]) {
    const refused = await rename(hub, mika, 'Eve')
    assert.equal(refused.status, 429)
    const seconds = Number(refused.headers.get('retry-after'))
    assert.ok(seconds >= 1 && seconds <= 60)
    assert.match(refused.body, /^<hx-partial hx-target="#toasts".*That is a lot of changes.* Wait a minute/)
    assert.doesNotMatch(refused.body, /<html|<main/)
  }
  assert.equal(await linesOf(mika), before + 2)
  assert.equal((await here.store.accounts.findUser(mika.user.id))?.name, 'Ada')
  assert.equal((await rename(here, await here.signIn('member'))).status, 200, 'another person is not held up')
})

test('a slower loop ends with the day', async (t) => {
  holdClock(t)
  const mika = await here.signIn('member')
  await changed(mika, day.windowMs, day.most)
  const refused = await rename(here, mika)
  assert.equal(refused.status, 429)
  assert.match(refused.body, /Come back tomorrow/)
})

test('a browser without HTMX reads it on a page, and a passkey’s script in its words', async (t) => {
  holdClock(t)
  const { cookie, user } = await here.signIn('member')
  await changed({ cookie, user }, minute.windowMs, minute.most)
  const send = (path: string, accept: string) =>
    fetch(`${here.origin}/account/${path}`, { method: 'POST', headers: { cookie, accept } })
  const page = await send('export', 'text/html')
  assert.equal(page.status, 429)
  assert.match(await page.text(), /<h1>Too many requests in a short time<\/h1><p>That is a lot of changes/)
  const problem = (await (await send('passkeys/options', 'application/json')).json()) as { detail: string }
  assert.match(problem.detail, /That is a lot of changes/)
})

test('reading, and taking access away, stay open to who has used up their changes', async (t) => {
  holdClock(t)
  const mika = await here.signIn('member')
  const made = await askPage(here, '/account/keys', mika, { name: 'Robot', days: '30', 'scope-chat': '1' })
  assert.equal(made.status, 200)
  await changed(mika, minute.windowMs, minute.most)
  const [key] = await here.store.apiKeys.list(mika.user.id)
  assert.equal((await askPage(here, '/account', mika)).status, 200)
  assert.equal((await askPage(here, `/account/keys/${key?.id}/revoke`, mika, {})).status, 200)
  assert.equal((await askPage(here, '/account/sessions/end-others', mika, {})).status, 200)
  assert.equal((await askPage(here, '/account/delete', mika, { confirm: 'not yet' })).status, 422)
})
