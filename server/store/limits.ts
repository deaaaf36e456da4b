import type { Database, Queries } from './database.ts'

/** One count of something within one window of time. */
export interface Counter {
  /** What is counted, for whom: `messages:{user}`. */
  readonly key: string
  /** Where the window begins, in Unix milliseconds. */
  readonly windowStart: number
}

/** What one act counts, up to where, and when there is room again; in words for people too. */
export interface Quota {
  readonly counter: Counter
  readonly amount: number
  readonly most: number
  readonly retryAfterMs: number
  readonly detail: string
}

/** Tokens of a person's day (UTC), counted with each answer that is stored. */
export const tokenCounter = (userId: string, now: number): Counter => ({
  key: `tokens:${userId}`,
  windowStart: Math.floor(now / 86_400_000) * 86_400_000,
})

/** Counters that all hubs share. */
export interface LimitStore {
  /** Counts `amount` more, unless that would be above `most`. @returns whether it was counted. */
  take(counter: Counter, amount: number, most: number): Promise<boolean>
  /** Counts what has happened, whatever the limit. */
  add(counter: Counter, amount: number): Promise<void>
  read(counter: Counter): Promise<number>
  /** Of all counters, or of those whose key begins so. */
  deleteBefore(windowStart: number, prefix?: string): Promise<void>
}

export function createLimitStore(database: Database): LimitStore {
  return {
    take: (counter, amount, most) =>
      database.write((queries) => takeFromCounter(queries, { counter, amount, most })),
    add: (counter, amount) =>
      database.write(async (queries) => {
        await addToCounter(queries, counter, amount)
      }),
    read: ({ key, windowStart }) =>
      database.read(async (queries) => {
        const row = await queries
          .selectFrom('limit_counters')
          .select('count')
          .where('key', '=', key)
          .where('window_start', '=', windowStart)
          .executeTakeFirst()
        return row?.count ?? 0
      }),
    deleteBefore: (windowStart, prefix = '') =>
      database.write(async (queries) => {
        await queries
          .deleteFrom('limit_counters')
          .where('window_start', '<', windowStart)
          .where('key', 'like', `${prefix}%`)
          .execute()
      }),
  }
}

/** One statement, so that of many hubs at the limit no two take the last place. */
export async function takeFromCounter(
  queries: Queries,
  { counter: { key, windowStart }, amount, most }: Pick<Quota, 'counter' | 'amount' | 'most'>,
): Promise<boolean> {
  if (amount > most) return false
  const counted = await queries
    .insertInto('limit_counters')
    .values({ key, window_start: windowStart, count: amount })
    .onConflict((conflict) =>
      conflict
        .columns(['key', 'window_start'])
        .doUpdateSet((set) => ({ count: set('limit_counters.count', '+', amount) }))
        .where('limit_counters.count', '<=', most - amount),
    )
    .returning('count')
    .executeTakeFirst()
  return counted !== undefined
}

/** @returns what it is then. */
export async function addToCounter(
  queries: Queries,
  { key, windowStart }: Counter,
  amount: number,
): Promise<number> {
  const { count } = await queries
    .insertInto('limit_counters')
    .values({ key, window_start: windowStart, count: amount })
    .onConflict((conflict) =>
      conflict
        .columns(['key', 'window_start'])
        .doUpdateSet((set) => ({ count: set('limit_counters.count', '+', amount) })),
    )
    .returning('count')
    .executeTakeFirstOrThrow()
  return count
}
