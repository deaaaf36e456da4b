import { sql } from 'kysely'
import type { Database } from '../database.ts'

/** Ids and hashes are compared byte by byte, which is faster than by language and orders them alike in both databases. */
export const idType = (database: Database['kind']) =>
  database === 'postgres' ? sql`text collate "C"` : sql`text`
