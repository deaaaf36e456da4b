import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { ConversationSummary } from './store.ts'

/** Where queries run: the database itself, or one transaction in it. */
export type Queries = Kysely<Schema>

/** What the two databases do differently; the queries are written once, over this. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres'
  /** Runs queries that only read. They may be run again when the database was busy. */
  read<T>(run: (queries: Queries) => Promise<T>): Promise<T>
  /** Runs one transaction: committed when `run` resolves, undone when it rejects. Keep it short, it may hold others up. */
  write<T>(run: (queries: Queries) => Promise<T>): Promise<T>
  /** As `write`, for migrations: patient, and with no other process migrating at the same time. */
  migrate<T>(run: (queries: Queries) => Promise<T>): Promise<T>
  /** See `searchConversations`. Holds up nothing else of this process, however much a person has said. */
  search(userId: string, asked: { query: string; limit: number }): Promise<ConversationSummary[]>
  /** Within a transaction: makes everything else that changes this person's requests wait for its end. */
  lockUser(queries: Queries, userId: string): Promise<void>
  close(): Promise<void>
}
