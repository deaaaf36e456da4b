import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { startProcess } from '../../testing/servers/processes.ts'
import { createStore, openStore } from './open-store.ts'
import { openSqlite } from './store-sqlite.ts'
import { testStore } from './store-suite.ts'
import { accept, accepted, converse, createPerson, exampleSend, shownPath } from './suite/examples.ts'
import type { Source } from './suite/ground.ts'
import { prepareGround } from './suite/ground.ts'

const create = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'companions-store-'))
  return { url: join(folder, 'deeper', 'house.db'), remove: () => rm(folder, { recursive: true }) }
}

const source: Source = { kind: 'sqlite', create, open: openSqlite }
const prepare = () => prepareGround(source)

testStore(source)

test('a file that is made is readable by its owner alone, with what stands beside it', async () => {
  await using ground = await prepare()
  await ground.open()
  const folder = dirname(ground.url)
  for (const name of await readdir(folder)) {
    assert.equal((await stat(join(folder, name))).mode & 0o077, 0, name)
  }
  assert.equal((await stat(folder)).mode & 0o077, 0)
})

test('a store is opened by its URL or a bare path, and by nothing else', async () => {
  await using ground = await prepare()
  for (const url of [`sqlite:${ground.url}`, `sqlite://${ground.url}`, ground.url]) {
    const store = await openStore(url)
    await store.migrate()
    await store.ping()
    await store.close()
  }
  for (const url of ['mysql://localhost/house', 'sqlite:', 'http://localhost']) {
    await assert.rejects(openStore(url), /neither sqlite:<path> nor postgres:/)
  }
  await assert.rejects(openStore(`${ground.url}/below.db`), /ENOTDIR|EEXIST/)
})

test('a file that another process has locked is away, and back when it lets go', async () => {
  await using ground = await prepare()
  const store = await ground.open()
  const user = await createPerson(store)
  const send = exampleSend()
  const script = fileURLToPath(new URL('./suite/lock-process.ts', import.meta.url))
  await using locker = await startProcess(process.execPath, [script, ground.url])
  await locker.waitForLine(/locked/)
  const tries = await Promise.allSettled([accept(store, user, send), accept(store, user, send)])
  for (const attempt of tries) {
    assert.equal(attempt.status === 'rejected' && attempt.reason.code, 'store_unavailable')
  }
  assert.equal((await store.accounts.findUser(user.id))?.name, 'Ada')
  await locker.stop({ signal: 'SIGKILL' })
  assert.equal(await accepted(store, user, send), 'ready')
})

test('a full disk refuses what does not fit, keeps what did, and takes more when there is room', async () => {
  await using ground = await prepare()
  const database = await ground.openDatabase()
  const store = createStore(database)
  await store.migrate()
  const user = await createPerson(store)
  const kept = await converse(store, user, exampleSend())
  const limitPages = (pages: string) =>
    database.read((queries) => sql.raw(`pragma max_page_count = ${pages}`).execute(queries))
  await limitPages('1')
  const large = exampleSend({ message: 'word '.repeat(6_000) })
  await assert.rejects(accept(store, user, large), { code: 'store_unavailable' })
  assert.equal(await store.conversations.find(user.id, large.conversation_id), undefined)
  assert.equal((await shownPath(store, user, kept.conversation_id)).length, 2)
  await limitPages('1000000')
  assert.equal(await accepted(store, user, large), 'ready')
})

test('a purged message is gone from the file, not only from the tables', async () => {
  await using ground = await prepare()
  const store = await ground.open()
  const user = await createPerson(store)
  const secret = 'the-key-lies-under-the-third-stone'
  const send = await converse(store, user, exampleSend({ message: secret }))
  const holdsSecret = async () => (await readFile(ground.url)).includes(secret)
  await store.conversations.delete(user.id, send.conversation_id, 20)
  await store.close()
  assert.equal(await holdsSecret(), true)
  const again = await ground.open()
  await again.conversations.purgeDeleted(30, 9)
  await again.close()
  assert.equal(await holdsSecret(), false)
})

test('a thousand messages committed at once leave the process its turns', async () => {
  await using ground = await prepare()
  const store = await ground.open()
  const people = await Promise.all(Array.from({ length: 40 }, () => createPerson(store)))
  let commits = 0
  let turns = 0
  let isOver = false
  const count = () => {
    turns += 1
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  const commitsAtFirstTurn = new Promise<number>((resolve) => setImmediate(() => resolve(commits)))
  const accepts = people.flatMap((person) =>
    Array.from({ length: 25 }, async () => {
      await accepted(store, person, exampleSend())
      commits += 1
    }),
  )
  await Promise.all(accepts)
  isOver = true
  assert.equal(commits, 1_000)
  assert.ok((await commitsAtFirstTurn) < 1_000)
  assert.ok(turns > 10, String(turns))
})

test('a search leaves the process its turns, and one that a closing store has not answered is told so', async () => {
  await using ground = await prepare()
  const store = await ground.open()
  const user = await createPerson(store)
  await converse(store, user, exampleSend({ message: 'an old harbour' }))
  let hasTurned = false
  const searched = store.conversations.search(user.id, 'harbour', 9)
  setImmediate(() => {
    hasTurned = true
  })
  assert.equal((await searched).length, 1)
  assert.equal(hasTurned, true)
  const late = store.conversations.search(user.id, 'harbour', 9)
  await Promise.all([assert.rejects(late, { code: 'store_unavailable' }), store.close()])
  await assert.rejects(store.conversations.search(user.id, 'harbour', 9), { code: 'store_unavailable' })
})

test('a closed store is away', async () => {
  await using ground = await prepare()
  const store = await ground.open()
  await store.close()
  await assert.rejects(store.ping(), { code: 'store_unavailable' })
})
