import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import SqliteDatabase from 'better-sqlite3'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { connectBus } from '../../../bus/nats/connection.ts'
import { untilConnected } from '../../../testing/bus/open-bus.ts'
import { openBrowserSocket } from '../../../testing/hub/browser-socket.ts'
import { startTestHouse } from '../../../testing/hub/start-house.ts'
import { startTestHub } from '../../../testing/hub/start-hub.ts'
import { startNatsServer } from '../../../testing/servers/nats-server.ts'
import { startPostgres } from '../../../testing/servers/postgres.ts'
import { waitUntil } from '../../../testing/servers/wait-until.ts'
import { cachedSessionAgeMs, openSessionCache, type SessionCache } from '../../store/session-cache.ts'
import type { FoundSession } from '../../store/sessions.ts'

let folder: string
let cache: SessionCache

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'companions-cache-'))
  cache = openSessionCache(folder)
})
after(async () => {
  cache.close()
  await rm(folder, { recursive: true, force: true })
})

const exampleSession = (change: Partial<FoundSession> = {}): FoundSession => ({
  user: { id: uuidv7(), name: 'Mia', kind: 'member', role: 'user', email: null, createdAt: 1 },
  ...{ id: uuidv7(), createdAt: 1, expiresAt: 9e12, lastUsedAt: 1, signedInAt: 1 },
  ...{ rotationDue: false, byPrevious: false },
  ...change,
})

test('a session is remembered as it was, for fifteen minutes and not past its own end', () => {
  const session = exampleSession()
  cache.keep('a', session, 1_000)
  assert.deepEqual(cache.find('a', 1_000), session)
  assert.deepEqual(cache.find('a', 999 + cachedSessionAgeMs), session)
  assert.equal(cache.find('a', 1_000 + cachedSessionAgeMs), undefined)
  cache.keep('b', exampleSession({ expiresAt: 2_000 }), 1_000)
  assert.equal(cache.find('b', 2_000), undefined)
  cache.keep('old token', exampleSession({ byPrevious: true }), 1_000)
  assert.equal(cache.find('old token', 1_000), undefined)
})

test('what ended is forgotten, whoever says so, and with a role the tokens from before it', () => {
  const [one, two, three] = [exampleSession(), exampleSession(), exampleSession()]
  for (const [index, session] of [one, two, three].entries()) cache.keep(`s${index}`, session, 1_000)
  const of = ({ user }: FoundSession) => ({ user_id: user.id, ended: [], timestamp: 1 })
  cache.apply({ ...of(one), kind: 'ended', ended: [one.id ?? ''] })
  cache.apply({ ...of(two), kind: 'everything' })
  cache.apply({ ...of(three), kind: 'changed' })
  assert.equal(cache.find('s0', 1_000), undefined)
  assert.equal(cache.find('s1', 1_000), undefined)
  assert.deepEqual(cache.find('s2', 1_000), three)
  cache.apply({ ...of(three), kind: 'changed', role: 'admin' })
  assert.equal(cache.find('s2', 1_000), undefined)
  cache.keep('s2 anew', three, 20_000)
  cache.apply({ ...of(three), kind: 'changed', role: 'admin' })
  assert.deepEqual(cache.find('s2 anew', 20_000), three, 'what is heard again changes nothing')
  cache.keep('s2 anew', { ...three, rotationDue: true }, 20_001)
  assert.equal(cache.find('s2 anew', 20_001), undefined, 'a token that is to be replaced is not kept')
})

test('nothing is remembered over a stream of changes that was made anew, also by the next start', async () => {
  const session = exampleSession()
  cache.enterEpoch(1)
  cache.keep('kept', session, 1_000)
  cache.close()
  cache = openSessionCache(folder)
  assert.equal((await stat(path.join(folder, 'session-cache.db'))).mode & 0o077, 0)
  cache.enterEpoch(1)
  assert.deepEqual(cache.find('kept', 1_000), session)
  cache.enterEpoch(2)
  assert.equal(cache.find('kept', 1_000), undefined)
})

test('what ends while another hub holds the file is not found meanwhile, and gone as soon as it is free', async () => {
  const [ended, kept, late] = [exampleSession(), exampleSession(), exampleSession()]
  for (const [name, session] of Object.entries({ ended, kept })) cache.keep(name, session, 1_000)
  const { changes } = cache
  const other = new SqliteDatabase(path.join(folder, 'session-cache.db'))
  other.exec('begin immediate')
  cache.apply({ user_id: ended.user.id, kind: 'ended', ended: [ended.id ?? ''], timestamp: 1 })
  cache.keep('late', late, 1_000)
  assert.ok(cache.changes > changes)
  assert.deepEqual([cache.find('ended', 1_000), cache.find('kept', 1_000)], [undefined, undefined])
  other.exec('rollback')
  other.close()
  assert.deepEqual(cache.find('kept', 1_000), kept)
  assert.deepEqual(cache.find('late', 1_000), late)
  assert.equal(cache.find('ended', 1_000), undefined)
})

test('where no file can be written sessions are remembered in memory', () => {
  const inMemory = openSessionCache(path.join(folder, 'session-cache.db', 'below'))
  const session = exampleSession()
  inMemory.keep('a', session, 1)
  assert.deepEqual(inMemory.find('a', 1), session)
  inMemory.close()
})

test('a hub whose bus was there before it remembers sessions like any other', async () => {
  await using postgres = await startPostgres()
  await using nats = await startNatsServer()
  const bus = connectBus({ url: nats.url, name: 'test-hub', role: 'hub' })
  await untilConnected(bus)
  await using hub = await startTestHub({
    natsUrl: nats.url,
    databaseUrl: await postgres.createDatabase(),
    aroundBus: (own) => {
      void own.close()
      return bus
    },
  })
  const { cookie } = await hub.signIn()
  await (await openBrowserSocket(hub.origin, { cookie })).close()
  await postgres.kill()
  await (await openBrowserSocket(hub.origin, { cookie })).close()
  await postgres.restart()
})

test('while PostgreSQL is away nobody is signed out, and nobody whose session ended is let in', async () => {
  await using postgres = await startPostgres()
  const databaseUrl = await postgres.createDatabase()
  await using house = await startTestHouse({ databaseUrl })
  const [here, there] = [house.hub, await house.addHub({ databaseUrl })]
  // What is read of the store before the stream of changes is known is not kept.
  await waitUntil('the hub knows all changes', () => here.app.rooms.access.caughtUp())
  const [mika, rin, never] = [await here.signIn(), await here.signIn(), await here.signIn()]
  for (const { cookie } of [mika, rin])
    assert.equal((await fetch(`${here.origin}/v1/sessions`, { headers: { cookie } })).status, 200)
  const headers = { cookie: rin.cookie, 'sec-fetch-site': 'same-origin' }
  const heard = new Promise<void>((resolve) =>
    here.app.rooms.access.onChange(({ user_id }) => user_id === rin.user.id && resolve()),
  )
  const out = await fetch(`${there.origin}/sign-out`, { method: 'POST', headers, redirect: 'manual' })
  assert.equal(out.status, 303)
  await heard
  await postgres.kill()
  const socket = await here.connect(mika)
  assert.equal((await fetch(`${here.origin}/v1/sessions`, { headers: { cookie: rin.cookie } })).status, 503)
  const unknown = await fetch(`${here.origin}/v1/sessions`, { headers: { cookie: never.cookie } })
  assert.equal(unknown.status, 503, 'not known here is not signed out')
  await house.nats.kill()
  await waitUntil('the bus is missed', () => here.bus.state !== 'connected')
  await assert.rejects(openBrowserSocket(here.origin, { cookie: mika.cookie }), /503/)
  await socket.close()
  await house.nats.restart()
  await postgres.restart()
  await (await here.connect(mika)).close()
})
