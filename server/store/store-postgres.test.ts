import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { CodedError } from '../../bus/contract/errors.ts'
import { findFreePort } from '../../testing/servers/free-port.ts'
import { startPostgres } from '../../testing/servers/postgres.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { createStore, openStore } from './open-store.ts'
import { openPostgres } from './store-postgres.ts'
import { testStore } from './store-suite.ts'
import { accept, accepted, converse, createPerson, exampleSend, shownPath } from './suite/examples.ts'
import { toStoreError } from './unavailable.ts'

const server = await startPostgres()
after(() => server.stop())

testStore({
  kind: 'postgres',
  create: async () => ({ url: await server.createDatabase(), remove: async () => {} }),
  open: async (url) => openPostgres(url),
})

test('a PostgreSQL that is killed is away, in the middle of a transaction too, and works again after it returns', async () => {
  const url = await server.createDatabase()
  const database = openPostgres(url)
  const store = createStore(database)
  await store.migrate()
  const user = await createPerson(store)
  const kept = await converse(store, user, exampleSend())
  const lost = exampleSend()
  const reached = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const cut = database.write(async (queries) => {
    await queries.updateTable('users').set({ name: 'Eve' }).where('id', '=', user.id).execute()
    reached.resolve()
    await goOn.promise
    await sql`select 1`.execute(queries)
  })
  await reached.promise
  const broken = Promise.all([
    assert.rejects(cut, (error) => isStoreUnavailable(toStoreError(error))),
    assert.rejects(accept(store, user, lost), isStoreUnavailable),
  ])
  await server.kill()
  goOn.resolve()
  await broken
  await assert.rejects(store.ping(), isStoreUnavailable)
  await assert.rejects(accept(store, user, lost), isStoreUnavailable)
  await server.restart()
  await waitUntil('the store is back', () => store.ping().then(() => true))
  assert.equal((await store.accounts.findUser(user.id))?.name, 'Ada')
  assert.equal((await shownPath(store, user, kept.conversation_id)).length, 2)
  assert.equal(await accepted(store, user, lost), 'ready')
  await store.close()
  await assert.rejects(store.ping(), isStoreUnavailable)
})

test('a connection that the server ends is replaced', async () => {
  const url = await server.createDatabase()
  const [database, other] = [openPostgres(url), openPostgres(url)]
  const store = createStore(database)
  await store.migrate()
  await other.read((queries) =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(queries),
  )
  await waitUntil('the store is back', () => store.ping().then(() => true))
  await Promise.all([database.close(), other.close()])
})

test('a store without its server opens, and is away', async () => {
  const store = await openStore(`postgres://companions@127.0.0.1:${await findFreePort()}/nowhere`)
  await assert.rejects(store.migrate(), isStoreUnavailable)
  await store.close()
})

test('a PostgreSQL without room for another connection is away', async () => {
  const url = await server.createDatabase()
  const store = createStore(openPostgres(url))
  await store.migrate()
  await store.close()
  const limited = new URL(url)
  limited.username = 'limited'
  const database = openPostgres(url)
  await database.read((queries) =>
    sql`create role limited login nosuperuser connection limit 0`.execute(queries),
  )
  const refused = await openStore(limited.href)
  await assert.rejects(refused.ping(), isStoreUnavailable)
  await Promise.all([database.close(), refused.close()])
})

function isStoreUnavailable(error: unknown): boolean {
  assert.ok(error instanceof CodedError, String(error))
  assert.equal(error.code, 'store_unavailable')
  return true
}
