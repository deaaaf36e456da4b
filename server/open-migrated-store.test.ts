import assert from 'node:assert/strict'
import { appendFile, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import SqliteDatabase from 'better-sqlite3'
import pg from 'pg'
import { pino } from 'pino'
import { createLogger } from '../telemetry/logger.ts'
import { type PostgresServer, startPostgres } from '../testing/servers/postgres.ts'
import { makeSelfSigned } from '../testing/servers/self-signed.ts'
import { readConfig } from './config.ts'
import { openMigratedStore } from './open-migrated-store.ts'

const silent = createLogger({ process: 'hub', logLevel: 'silent', logFormat: 'json' })

const open = (databaseUrl: string, logger = silent) =>
  openMigratedStore(readConfig({ DATABASE_URL: databaseUrl }), logger)

const saying = (reason: RegExp) => (error: Error) =>
  error.name === 'ConfigError' && !error.message.includes('\n') && reason.test(error.message)

test('a PostgreSQL that refuses is no reason to wait: its answer is told, and its password is not', async () => {
  await using server = await startPostgres()
  const client = new pg.Client(server.url)
  await client.connect()
  await client.query(`create role mia login password 'right'`)
  const rules = join(server.dataDir, 'pg_hba.conf')
  await writeFile(rules, `host all mia 127.0.0.1/32 scram-sha-256\n${await readFile(rules, 'utf8')}`)
  await client.end()
  await server.restart()
  const as = (user: string, database = 'postgres') =>
    `postgres://${user}@127.0.0.1:${server.port}/${database}`
  for (const [url, reason] of [
    [as('mia:wr0ng'), /: password authentication failed for user "mia"$/],
    [as('mia'), /: SASL: /],
    [as('mia:right'), /: permission denied for schema public$/],
    [as('nobody'), /: role "nobody" does not exist$/],
    [as('companions', 'house'), /: database "house" does not exist: createdb makes it$/],
    [`${as('companions')}?sslmode=require`, /: The server does not support SSL connections$/],
  ] as const) {
    await assert.rejects(open(url), saying(reason), url)
    await assert.rejects(open(url), ({ message }: Error) => !message.includes('wr0ng'))
  }
})

test('a PostgreSQL with a certificate that is not taken is no reason to wait, and the settings for it are named', async () => {
  await using server = await startPostgres()
  const certificate = await speakTls(server)
  const url = `postgres://companions@127.0.0.1:${server.port}/postgres?sslmode=verify-full`
  const advice = ': sslrootcert=FILE in DATABASE_URL says .* sslmode=no-verify checks neither$'
  await assert.rejects(open(url), saying(new RegExp(`: self-signed certificate.*${advice}`)))
  const trusting = `${url}&sslrootcert=${encodeURIComponent(certificate)}`
  await assert.rejects(open(trusting), saying(new RegExp(`Hostname/IP does not match .*${advice}`)))
  await assert.rejects(open(`${trusting}.old`), saying(/: ENOENT: .*server\.crt\.old/))
  await (await open(url.replace('verify-full', 'no-verify'))).close()
})

/** @returns the file of its certificate, which has another name than it is called by here. */
async function speakTls({ dataDir, restart }: PostgresServer): Promise<string> {
  const { certificate, key } = makeSelfSigned('database.example')
  const { uid, gid } = await stat(dataDir)
  for (const [name, text] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
    await writeFile(join(dataDir, name), text, { mode: 0o600 })
    await chown(join(dataDir, name), uid, gid)
  }
  await appendFile(join(dataDir, 'postgresql.conf'), '\nssl = on\n')
  await restart()
  return join(dataDir, 'server.crt')
}

test('a file that is no SQLite is refused, and left as it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'companions-no-store-'))
  try {
    const file = join(folder, 'letter.txt')
    await writeFile(file, 'Dear Mia, '.repeat(500))
    await assert.rejects(open(`sqlite:${file}`), saying(/: file is not a database: DATABASE_URL leads to/))
    assert.equal(await readFile(file, 'utf8'), 'Dear Mia, '.repeat(500))
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a store that is made is told of, with its path, and one that was there is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'companions-new-store-'))
  try {
    const file = join(folder, 'not there yet', 'house.db')
    const lines: string[] = []
    const logger = pino({}, { write: (line) => void lines.push(line) })
    for (let start = 1; start <= 2; start += 1) await (await open(`sqlite:${file}`, logger)).close()
    const told = lines.map((line) => JSON.parse(line))
    assert.deepEqual(
      told.map(({ msg, path }) => [msg, path]),
      [['A new store is made', file]],
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a store of a newer version is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'companions-newer-store-'))
  try {
    const url = `sqlite:${join(folder, 'house.db')}`
    await (await open(url)).close()
    const file = new SqliteDatabase(join(folder, 'house.db'))
    file.prepare(`insert into schema_migrations values ('9999-later', 'contracting', 1)`).run()
    file.close()
    await assert.rejects(open(url), saying(/: The database belongs to a newer version .*9999-later/))
  } finally {
    await rm(folder, { recursive: true })
  }
})
