import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openBrowserSocket } from '../../../testing/hub/browser-socket.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { TestHub } from '../../../testing/hub/start-hub.ts'
import { type PostgresServer, startPostgres } from '../../../testing/servers/postgres.ts'
import { waitUntil } from '../../../testing/servers/wait-until.ts'
import { openSession } from './open.ts'

let postgres: PostgresServer
let house: TestHouse
let here: TestHub
let there: TestHub
/** Kills PostgreSQL the moment after it took somebody's access away. */
let diesAfterEnding = false

before(async () => {
  postgres = await startPostgres()
  const databaseUrl = await postgres.createDatabase()
  house = await startTestHouse({
    databaseUrl,
    around: ({ sessions, accounts, ...store }) => ({
      ...store,
      sessions: {
        ...sessions,
        end: (...whose) => thenDie(sessions.end(...whose)),
        endOfIdentity: (...whose) => thenDie(sessions.endOfIdentity(...whose)),
      },
      accounts: {
        ...accounts,
        disable: (...whom) => thenDie(accounts.disable(...whom)),
        setRole: (...whom) => thenDie(accounts.setRole(...whom)),
      },
    }),
  })
  here = house.hub
  there = await house.addHub({ databaseUrl })
  // What is read of the store before the stream of changes is known is not kept.
  for (const { app } of [here, there])
    await waitUntil('a hub knows all changes', () => app.rooms.access.caughtUp())
})
after(async () => {
  await house?.[Symbol.asyncDispose]()
  await postgres?.[Symbol.asyncDispose]()
})
beforeEach(async () => {
  diesAfterEnding = false
  await untilAllIsTold()
})

/** A session that is asked for while a hub hears of a change, also of an earlier test's, is not remembered. */
const untilAllIsTold = () =>
  waitUntil('all changes are told', async () => (await here.store.revocations.pending(1)).length === 0)

async function thenDie<Done>(act: Promise<Done>): Promise<Done> {
  const done = await act
  if (diesAfterEnding) await postgres.kill()
  return done
}

/** What a socket with this cookie is answered; it asks the store for nothing but the session. */
async function answerAt(hub: TestHub, cookie: string): Promise<'welcome' | 'away'> {
  try {
    const socket = await openBrowserSocket(hub.origin, { cookie })
    await socket.close()
    return 'welcome'
  } catch (error) {
    if (error instanceof Error && error.message.includes('503')) return 'away'
    throw error
  }
}

const signOutAt = (hub: TestHub, cookie: string) =>
  fetch(`${hub.origin}/sign-out`, {
    method: 'POST',
    headers: { cookie, 'sec-fetch-site': 'same-origin' },
    redirect: 'manual',
  })

test('a session that ended in the last moment of the store is good on no hub', async () => {
  const [mika, rin] = [await here.signIn(), await here.signIn()]
  for (const hub of [here, there])
    for (const { cookie } of [mika, rin]) assert.equal(await answerAt(hub, cookie), 'welcome')
  diesAfterEnding = true
  await signOutAt(here, mika.cookie)
  assert.equal(await answerAt(here, rin.cookie), 'welcome', 'others are remembered')
  assert.equal(await answerAt(here, mika.cookie), 'away')
  await waitUntil('the other hub is told', async () => (await answerAt(there, mika.cookie)) === 'away')
  assert.equal(await answerAt(there, rin.cookie), 'welcome')
  await postgres.restart()
  const answer = await fetch(`${there.origin}/v1/sessions`, { headers: { cookie: mika.cookie } })
  assert.equal(answer.status, 401)
})

test('whose access is taken away by others in the last moment of the store is let in on no hub', async () => {
  const { store, app } = here
  const identity = {
    issuer: 'https://id.example',
    subject: 'mika',
    email: null,
    emailVerified: false,
    label: '',
  }
  const acts: readonly [string, (userId: string) => Promise<unknown>][] = [
    ['switched off', (userId) => store.accounts.disable(userId, Date.now())],
    ['another role', (userId) => store.accounts.setRole(userId, 'premium', Date.now())],
    ['signed out at the provider', () => store.sessions.endOfIdentity(identity, Date.now())],
  ]
  for (const [what, act] of acts) {
    const mika = await here.signIn('member')
    const proof = { provider: 'authentik', issuer: identity.issuer, subject: identity.subject }
    const session = { user: mika.user, now: Date.now(), proof }
    const { token } = await openSession(store.sessions, app.rooms.config, session)
    const cookie = `${mika.cookie.split('=')[0]}=${token}`
    for (const hub of [here, there]) assert.equal(await answerAt(hub, cookie), 'welcome', what)
    diesAfterEnding = true
    await act(mika.user.id)
    diesAfterEnding = false
    app.rooms.access.changed()
    assert.equal(await answerAt(here, cookie), 'away', what)
    await waitUntil('the other hub is told', async () => (await answerAt(there, cookie)) === 'away')
    await postgres.restart()
  }
})

test('signing out while the store is away is good for the hub that was asked', async () => {
  const mika = await here.signIn()
  assert.equal(await answerAt(here, mika.cookie), 'welcome')
  await postgres.kill()
  assert.equal(await answerAt(here, mika.cookie), 'welcome')
  assert.equal((await signOutAt(here, mika.cookie)).status, 503)
  assert.equal(await answerAt(here, mika.cookie), 'away')
  await postgres.restart()
})

test('a token from before a change of role is good nowhere once the store is away', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const mika = await here.signIn('member')
  for (const hub of [here, there]) assert.equal(await answerAt(hub, mika.cookie), 'welcome')
  const heard = new Promise<void>((resolve) =>
    there.app.rooms.access.onChange(({ user_id }) => user_id === mika.user.id && resolve()),
  )
  await here.store.accounts.setRole(mika.user.id, 'premium', Date.now())
  here.app.rooms.access.changed()
  await heard
  // Clocks of hubs differ: what is kept in the first ten seconds goes too when the change is heard again.
  t.mock.timers.setTime(Date.now() + 11_000)
  const answer = await fetch(`${here.origin}/v1/sessions`, { headers: { cookie: mika.cookie } })
  const [rotated = ''] = answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0])
  assert.notEqual(rotated, mika.cookie)
  await untilAllIsTold()
  assert.equal(await answerAt(here, rotated), 'welcome')
  await postgres.kill()
  assert.deepEqual([await answerAt(here, mika.cookie), await answerAt(there, mika.cookie)], ['away', 'away'])
  assert.equal(await answerAt(here, rotated), 'welcome')
  await postgres.restart()
})
