import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import SqliteDatabase from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import type { Database, Queries } from './database.ts'
import { keepStatements } from './kept-statements.ts'
import type { Schema } from './schema.ts'
import { openSearchAside } from './search-aside.ts'
import { createTurns } from './turns.ts'

/** How long an operation tries before the store counts as away, in milliseconds. */
const busyLimitMs = 3_000
const migrationLimitMs = 60_000

/** Opens the file, and makes it, readable by its owner alone, where there is none. Several processes may share it. */
export async function openSqlite(path: string): Promise<Database> {
  const file = await openFile(path)
  const queries: Queries = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: keepStatements(file) }),
  })
  const turns = createTurns()
  const aside = openSearchAside(path)
  const write = <T>(run: (queries: Queries) => Promise<T>, limitMs: number) => {
    const giveUpAt = performance.now() + limitMs
    return turns(() =>
      queries.connection().execute((connection) => transact(file, giveUpAt, () => run(connection))),
    )
  }
  return {
    kind: 'sqlite',
    read: (run) => turns(() => whileBusy(performance.now() + busyLimitMs, () => run(queries))),
    write: (run) => write(run, busyLimitMs),
    migrate: (run) => write(run, migrationLimitMs),
    search: aside.search,
    // BEGIN IMMEDIATE has locked everybody out already.
    lockUser: async () => {},
    close: async () => {
      await aside.close()
      await queries.destroy()
      file.close()
    },
  }
}

async function openFile(path: string): Promise<SqliteDatabase.Database> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  // SQLite's own waiting for a lock would block this whole process, so it is done here, between tries.
  const file = new SqliteDatabase(path, { timeout: 0 })
  try {
    // Processes that open a new file at the same moment get in each other's way here, whatever the timeout.
    await whileBusy(performance.now() + busyLimitMs, async () => file.pragma('journal_mode = wal'))
    file.pragma('synchronous = full')
    file.pragma('foreign_keys = on')
    // What is deleted is overwritten, not only unlinked: people count on it being gone from the file too.
    file.pragma('secure_delete = on')
    file.pragma('journal_size_limit = 67108864')
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

async function transact<T>(
  file: SqliteDatabase.Database,
  giveUpAt: number,
  run: () => Promise<T>,
): Promise<T> {
  await whileBusy(giveUpAt, async () => file.exec('begin immediate'))
  try {
    const result = await run()
    file.exec('commit')
    return result
  } catch (error) {
    // A full disk or a failed write has undone the transaction by itself.
    if (file.inTransaction) file.exec('rollback')
    throw error
  }
}

async function whileBusy<T>(giveUpAt: number, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw error
      await pause(2 + Math.random() * 8)
    }
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof SqliteDatabase.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code)
