import { createHash } from 'node:crypto'
import type { AuditEntry } from './audit.ts'
import type { Queries } from './database.ts'
import { addToCounter, type Counter, takeFromCounter } from './limits.ts'

/** What is told as one entry: whatever differs in nothing but its time, of one window, from one address. */
export interface Folding {
  /** The window's beginning, in Unix milliseconds. */
  readonly windowStart: number
  /** What the address counts as; see `addressKey`. */
  readonly addressKey: string
  /** Entries with an address that one person, or strangers, get in a window; the rest share entries without. */
  readonly most: number
}

/** See `AuditStore.addFolded`. A counter's row is held until the entry is written, so no two hubs write the same count. */
export async function addFolded(
  queries: Queries,
  entry: AuditEntry,
  { windowStart, addressKey, most }: Folding,
): Promise<void> {
  const { act, actorId, subjectId, facts } = entry
  const kind = hash(JSON.stringify([act, actorId, subjectId, facts]))
  const own = { key: `fold:${kind}:${addressKey}`, windowStart }
  const places = { key: `fold-places:${actorId ?? subjectId ?? 'strangers'}`, windowStart }
  const hasPlace = await findPlace(queries, { id: idOf(own), places, most })
  const counter = hasPlace ? own : { key: `fold:${kind}`, windowStart }
  const times = await addToCounter(queries, counter, 1)
  const told = { ...facts, ...(times > 1 && { times }), ...(!hasPlace && { scattered: true }) }
  const latest = {
    at: entry.at,
    address: hasPlace ? entry.address : null,
    facts_json: JSON.stringify(told),
  }
  await queries
    .insertInto('audit_log')
    .values({ id: idOf(counter), act, actor_id: actorId, subject_id: subjectId, ...latest })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(latest))
    .execute()
}

async function findPlace(
  queries: Queries,
  { id, places, most }: { id: string; places: Counter; most: number },
): Promise<boolean> {
  if (await isThere(queries, id)) return true
  // Of two who come with the same address at once, one waits here for the other's entry, and both need one place.
  await addToCounter(queries, places, 0)
  return (await isThere(queries, id)) || takeFromCounter(queries, { counter: places, amount: 1, most })
}

const isThere = async (queries: Queries, id: string): Promise<boolean> =>
  (await queries.selectFrom('audit_log').select('id').where('id', '=', id).executeTakeFirst()) !== undefined

/** The same for every hub: a UUID version 8 (RFC 9562, section 5.8). */
const idOf = ({ key, windowStart }: Counter): string =>
  hash(`${key} ${windowStart}`).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-8$3-8$4-$5')

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
