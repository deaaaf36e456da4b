import type { Database as File, Statement } from 'better-sqlite3'
import type { SqliteDatabase } from 'kysely'

/** Most statements kept; past it the one unused for longest is let go. */
const maxKept = 256

/**
 * A file whose statements are prepared once. Kysely prepares one for every query, which costs more than running it:
 * SQLite plans it anew, and better-sqlite3 compiles a function that makes its rows.
 *
 * A statement may be kept over changes of the schema, also by other processes: SQLite plans it anew then, and
 * better-sqlite3 reads its columns again. None may be left half read; nothing here streams rows.
 */
export function keepStatements(file: File): SqliteDatabase {
  const kept = new Map<string, Statement<unknown[]>>()
  return {
    prepare: (sql) => {
      const statement = kept.get(sql) ?? file.prepare<unknown[]>(sql)
      kept.delete(sql)
      kept.set(sql, statement)
      const [oldest] = kept.keys()
      if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
      return statement
    },
    close: () => {
      kept.clear()
      file.close()
    },
  }
}
