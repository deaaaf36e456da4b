import { parentPort, workerData } from 'node:worker_threads'
import SqliteDatabase from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { searchConversations } from './conversation-search.ts'
import type { Schema } from './schema.ts'
import type { ConversationSummary } from './store.ts'

export interface SearchQuestion {
  readonly id: number
  readonly userId: string
  readonly query: string
  readonly limit: number
}

export type SearchAnswer =
  | { readonly id: number; readonly found: ConversationSummary[] }
  | { readonly id: number; readonly code: string | undefined; readonly message: string }

/** Here SQLite's own waiting for a lock blocks nobody; in milliseconds. */
const busyTimeoutMs = 3_000

const file = new SqliteDatabase(String(workerData), { readonly: true, timeout: busyTimeoutMs })
const queries = new Kysely<Schema>({ dialect: new SqliteDialect({ database: file }) })

parentPort?.on('message', (question: SearchQuestion) => {
  void answer(question).then((answered) => parentPort?.postMessage(answered))
})

async function answer({ id, userId, query, limit }: SearchQuestion): Promise<SearchAnswer> {
  try {
    return { id, found: await searchConversations(queries, userId, { query, limit }) }
  } catch (error) {
    // An error loses its code on the way between threads.
    const code = error instanceof SqliteDatabase.SqliteError ? error.code : undefined
    return { id, code, message: error instanceof Error ? error.message : String(error) }
  }
}
