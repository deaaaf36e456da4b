import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import pg from 'pg'
import { startPostgres } from './postgres.ts'

test('a PostgreSQL keeps what was committed through a kill', async () => {
  await using server = await startPostgres()
  const url = await server.createDatabase()
  await query(url, 'create table kept (word text)')
  await query(url, "insert into kept values ('still here')")
  await server.kill()
  await server.restart()
  assert.deepEqual(await query(url, 'select word from kept'), [{ word: 'still here' }])
})

test('two databases of one PostgreSQL know nothing of each other', async () => {
  await using server = await startPostgres()
  const [first, second] = [await server.createDatabase(), await server.createDatabase()]
  await query(first, 'create table mine (id int)')
  await assert.rejects(query(second, 'select * from mine'), /does not exist/)
})

test('a stopped PostgreSQL leaves no process or file, connections or not', async () => {
  const server = await startPostgres()
  const client = new pg.Client(server.url)
  client.on('error', (error) => assert.match(error.message, /terminat/))
  await client.connect()
  await server.stop()
  assert.throws(() => process.kill(server.pid, 0), { code: 'ESRCH' })
  assert.equal(existsSync(server.dataDir), false)
})

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}
