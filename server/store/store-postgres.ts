import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { searchConversations } from './conversation-search.ts'
import type { Database, Queries } from './database.ts'
import type { Schema } from './schema.ts'

/** Most connections of one hub. More operations wait, at most `connectTimeoutMs`. */
const maxConnections = 10
const connectTimeoutMs = 5_000
/** Longest single statement, in milliseconds: the server ends it; the client gives up a little later by itself. */
const statementTimeoutMs = 10_000
const queryTimeoutMs = 12_000
/** Longest waiting for a row that another transaction has locked, in milliseconds. */
const lockTimeoutMs = 5_000
/** A transaction whose hub froze in the middle is ended by the server after this, so that others can go on. */
const idleTransactionTimeoutMs = 10_000

/** The advisory lock that lets one hub at a time migrate: any number, as long as all hubs use the same. */
const migrationLock = 7_208_459_120_331

/** Connects when first used, so a server that is away is an error of each operation and not of opening. */
export function openPostgres(url: string): Database {
  const queries: Queries = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: async () => connect(url) }),
  })
  return {
    kind: 'postgres',
    read: (run) => run(queries),
    write: (run) => queries.transaction().execute(run),
    migrate: (run) =>
      queries.transaction().execute(async (transaction) => {
        await sql`select set_config('lock_timeout', '60s', true), set_config('statement_timeout', '10min', true)`.execute(
          transaction,
        )
        await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction)
        return run(transaction)
      }),
    search: (userId, asked) => searchConversations(queries, userId, asked),
    lockUser: async (transaction, userId) => {
      await transaction
        .selectFrom('users')
        .select('id')
        .where('id', '=', userId)
        .forNoKeyUpdate()
        .executeTakeFirst()
    },
    close: () => queries.destroy(),
  }
}

function connect(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'companions',
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: queryTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleTransactionTimeoutMs,
    keepAlive: true,
    types: { getTypeParser: parserFor },
  })
  // A connection that breaks says so here besides failing its query; unheard, that would end the process. The pool
  // replaces it, and the operation that meets the break reports it.
  const heard = () => {}
  pool.on('error', heard)
  pool.on('connect', (client) => client.on('error', heard))
  return pool
}

/** Times, sequences and counts are 64-bit there and stay below 2^53 with us. */
const parserFor: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format)
