import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openBrowserSocket } from '../../../testing/hub/browser-socket.ts'
import { startTestHouse, type TestHouse } from '../../../testing/hub/start-house.ts'
import type { TestHub } from '../../../testing/hub/start-hub.ts'
import { type PostgresServer, startPostgres } from '../../../testing/servers/postgres.ts'
import { waitUntil } from '../../../testing/servers/wait-until.ts'

let postgres: PostgresServer
let house: TestHouse
let here: TestHub
let there: TestHub
/** Kills PostgreSQL the moment after it ended a session. */
let diesAfterEnding = false

before(async () => {
  postgres = await startPostgres()
  const databaseUrl = await postgres.createDatabase()
  house = await startTestHouse({
    databaseUrl,
    around: (store) => ({
      ...store,
      sessions: {
        ...store.sessions,
        end: async (userId, id, now) => {
          const isEnded = await store.sessions.end(userId, id, now)
          if (diesAfterEnding) await postgres.kill()
          return isEnded
        },
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
beforeEach(() => {
  diesAfterEnding = false
})

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
  assert.equal(await answerAt(here, rotated), 'welcome')
  await postgres.kill()
  assert.deepEqual([await answerAt(here, mika.cookie), await answerAt(there, mika.cookie)], ['away', 'away'])
  assert.equal(await answerAt(here, rotated), 'welcome')
  await postgres.restart()
})
