import { closeSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs'
import SqliteDatabase from 'better-sqlite3'

/** Longest wait for a lock, in milliseconds; writers hold none that keeps readers out, but opening and closing do. */
const busyTimeoutMs = 30_000

/**
 * Copies an SQLite file as it stands at one moment, with what its `-wal` holds, into a new file that its owner alone can
 * read. Whoever writes meanwhile goes on, and is not part of the copy.
 * @returns the size of the copy in bytes
 * @throws an error with a sentence for people where there is nothing to copy, or where something has the copy's name
 */
export function backUpSqlite(path: string, target: string): number {
  const source = openSource(path)
  try {
    makeNew(target)
    try {
      // In WAL mode this reads one snapshot. The pages of SQLite's other way, its backup API, begin anew with each
      // write of another process, so beside a busy house it may have no end.
      source.prepare('vacuum into ?').run(target)
      return check(target)
    } catch (error) {
      rmSync(target, { force: true })
      throw new Error(`The backup failed, and ${target} was removed again: ${reasonOf(error)}`)
    }
  } finally {
    source.close()
  }
}

function openSource(path: string): SqliteDatabase.Database {
  try {
    const source = new SqliteDatabase(path, { fileMustExist: true, timeout: busyTimeoutMs })
    // Opening reads nothing yet; and an empty file would be a store, if not one of a house.
    source.prepare('select count(*) from schema_migrations').get()
    return source
  } catch (error) {
    const isMissing = statSync(path, { throwIfNoEntry: false }) === undefined
    const reason = isMissing ? 'there is no such file' : reasonOf(error)
    throw new Error(`The store ${path} can't be read: ${reason}. DATABASE_URL and DATA_DIR say where it is.`)
  }
}

/** Made before SQLite opens it: so it is nobody else's to read, and never a file that was there. */
function makeNew(target: string): void {
  try {
    closeSync(openSync(target, 'wx', 0o600))
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    const reason = isThere ? 'there is one already, and a backup replaces nothing' : reasonOf(error)
    throw new Error(`The file ${target} can't be made: ${reason}.`)
  }
}

/** A backup that was not read again is none; and it is one only once it is on the disk. */
function check(target: string): number {
  const copy = new SqliteDatabase(target, { readonly: true })
  try {
    const found = copy.pragma('quick_check', { simple: true })
    if (found !== 'ok') throw new Error(`the copy is damaged (${String(found)})`)
  } finally {
    copy.close()
  }
  const file = openSync(target, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return statSync(target).size
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
