import { addFolded, type Folding } from './audit-folded.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Database, Queries } from './database.ts'
import type { AuditLogTable } from './schema-accounts.ts'
import type { Page } from './store.ts'

/** A sign-in, or what an admin or a person did with access. Never holds a token, nor anything that was said. */
export interface AuditEntry {
  readonly id: string
  readonly at: number
  readonly act: string
  /** Who did it; null: nobody who is known. */
  readonly actorId: string | null
  /** Whom it is about. */
  readonly subjectId: string | null
  /** The address it came from. */
  readonly address: string | null
  readonly facts: Readonly<Record<string, string | number | boolean>>
}

/** Which entries are listed; what is absent restricts nothing. */
export interface AuditPage {
  readonly limit: number
  readonly before?: string
  readonly subjectId?: string
  /** Who did it, or whom it is about. */
  readonly personId?: string
  readonly act?: string
}

export interface AuditStore {
  add(entry: AuditEntry): Promise<void>
  /** Told as one with those like it: the newest time, and in `times` how many there were. All hubs fold together. */
  addFolded(entry: AuditEntry, folding: Folding): Promise<void>
  /** Newest first. @throws CodedError `request_invalid` for a cursor that is not ours */
  list(page: AuditPage): Promise<Page<AuditEntry>>
  deleteBefore(at: number): Promise<void>
}

export function createAuditStore(database: Database): AuditStore {
  return {
    add: ({ actorId, subjectId, facts, ...entry }) =>
      database.write(async (queries) => {
        await queries
          .insertInto('audit_log')
          .values({ ...entry, actor_id: actorId, subject_id: subjectId, facts_json: JSON.stringify(facts) })
          .execute()
      }),
    addFolded: (entry, folding) => database.write((queries) => addFolded(queries, entry, folding)),
    list: (page) => database.read((queries) => list(queries, page)),
    deleteBefore: (at) =>
      database.write(async (queries) => {
        await queries.deleteFrom('audit_log').where('at', '<', at).execute()
      }),
  }
}

/** Of somebody who is gone: what they did is known, and not from where. */
export async function forgetAddresses(queries: Queries, userId: string): Promise<void> {
  await queries
    .updateTable('audit_log')
    .set({ address: null })
    .where(({ eb, and, or }) =>
      or([eb('actor_id', '=', userId), and([eb('actor_id', 'is', null), eb('subject_id', '=', userId)])]),
    )
    .execute()
}

async function list(
  queries: Queries,
  { limit, before, subjectId, personId, act }: AuditPage,
): Promise<Page<AuditEntry>> {
  let query = queries.selectFrom('audit_log').selectAll()
  if (subjectId !== undefined) query = query.where('subject_id', '=', subjectId)
  if (act !== undefined) query = query.where('act', '=', act)
  if (personId !== undefined)
    query = query.where(({ eb, or }) => or([eb('subject_id', '=', personId), eb('actor_id', '=', personId)]))
  if (before !== undefined) {
    const { updatedAt: at, id } = decodeCursor(before)
    query = query.where(({ eb, or, and }) =>
      or([eb('at', '<', at), and([eb('at', '=', at), eb('id', '<', id)])]),
    )
  }
  const rows = await query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(toEntry)
  const last = items.at(-1)
  if (rows.length <= limit || last === undefined) return { items }
  return { items, next: encodeCursor({ updatedAt: last.at, id: last.id }) }
}

const toEntry = (row: AuditLogTable): AuditEntry => ({
  id: row.id,
  at: row.at,
  act: row.act,
  actorId: row.actor_id,
  subjectId: row.subject_id,
  address: row.address,
  facts: JSON.parse(row.facts_json),
})
