import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import type { AccessChange } from '../../bus/contract/access.ts'
import { queueChanges } from './queue-changes.ts'
import type { FoundSession } from './sessions.ts'

/** What the store last said of a session is good for this long without it, in milliseconds. */
export const cachedSessionAgeMs = 15 * 60_000

/** Most sessions that are remembered; past it those confirmed longest ago go. */
const maxCachedSessions = 20_000

/** Clocks of two hubs differ by less than this, in milliseconds. */
const maxSkewMs = 10_000

/** After so many sessions kept the bound is held. */
const boundEvery = 1_000

/** A session confirmed this recently is not written again, in milliseconds. */
const confirmEveryMs = 30_000

/** Sessions as the store last said them to be, on this hub, for the time it is away. Every method is quick and local. */
export interface SessionCache {
  /** What it holds comes from before this stream of changes; one that is another may have lost some. */
  enterEpoch(epoch: number): void
  /** Grows with every change applied: what was read from the store before one is not kept after it. */
  readonly changes: number
  keep(tokenHash: string, session: FoundSession, now: number): void
  find(tokenHash: string, now: number): FoundSession | undefined
  forget(tokenHash: string): void
  apply(change: AccessChange): void
  close(): void
}

/** A file in `folder`, readable by its owner alone; in memory where none can be written there. */
export function openSessionCache(folder: string): SessionCache {
  return queueChanges(openCache(folder))
}

function openCache(folder: string): SessionCache {
  const database = openFile(path.join(folder, 'session-cache.db')) ?? new SqliteDatabase(':memory:')
  database.exec(`create table if not exists sessions (token_hash text primary key, id text not null,
      user_id text not null, session_json text not null, expires_at integer not null, confirmed_at integer not null, role_at integer not null);
    create index if not exists sessions_by_id on sessions (id);
    create index if not exists sessions_by_user on sessions (user_id);
    create index if not exists sessions_by_confirmation on sessions (confirmed_at);
    create table if not exists epochs (slot integer primary key check (slot = 1), epoch integer not null)`)
  const queries = prepare(database)
  let changes = 0
  let kept = 0
  return {
    get changes() {
      return changes
    },
    enterEpoch: (epoch) => {
      const before = queries.epoch.get()
      if (before?.epoch === epoch) return
      changes += 1
      queries.clear.run()
      queries.setEpoch.run(epoch)
    },
    keep: (tokenHash, session, now) => {
      if (session.id === null || session.byPrevious) return
      // Its token is about to be replaced, and must not outlive that here.
      if (session.rotationDue) return void queries.forget.run(tokenHash)
      const present = queries.confirmedAt.get(tokenHash)
      if (present !== undefined && now - present.confirmed_at < confirmEveryMs) return
      const { id, user, expiresAt } = session
      queries.keep.run(tokenHash, id, user.id, JSON.stringify(session), expiresAt, now, now - maxSkewMs)
      kept += 1
      if (kept % boundEvery === 1) queries.bound.run(now - cachedSessionAgeMs, maxCachedSessions)
    },
    find: (tokenHash, now) => {
      const row = queries.find.get(tokenHash, now, now - cachedSessionAgeMs)
      return row && JSON.parse(row.session_json)
    },
    forget: (tokenHash) => void queries.forget.run(tokenHash),
    apply: ({ kind, ended, user_id, role, timestamp }) => {
      changes += 1
      if (kind === 'ended') for (const id of ended) queries.end.run(id)
      else if (kind === 'everything') queries.endAll.run(user_id)
      else if (role !== undefined) queries.endBefore.run({ user_id, at: timestamp * 1000 })
    },
    close: () => void database.close(),
  }
}

/** Of a disk that fails or is read-only there is nothing to say: the cache in memory does the same until a restart. */
function openFile(file: string): SqliteDatabase.Database | undefined {
  let database: SqliteDatabase.Database | undefined
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
    database = new SqliteDatabase(file, { timeout: 100 })
    database.pragma('journal_mode = wal')
    // What a crash loses is asked of the store again.
    database.pragma('synchronous = off')
    database.pragma('secure_delete = on')
    return database
  } catch {
    database?.close()
    return undefined
  }
}

function prepare(database: SqliteDatabase.Database) {
  return {
    epoch: database.prepare<[], { epoch: number }>('select epoch from epochs'),
    setEpoch: database.prepare('insert or replace into epochs (slot, epoch) values (1, ?)'),
    clear: database.prepare('delete from sessions'),
    confirmedAt: database.prepare<[string], { confirmed_at: number }>(
      'select confirmed_at from sessions where token_hash = ?',
    ),
    keep: database.prepare('insert or replace into sessions values (?, ?, ?, ?, ?, ?, ?)'),
    bound: database.prepare(`delete from sessions where confirmed_at < ? or token_hash in
      (select token_hash from sessions order by confirmed_at desc limit -1 offset ?)`),
    find: database.prepare<[string, number, number], { session_json: string }>(
      'select session_json from sessions where token_hash = ? and expires_at > ? and confirmed_at > ?',
    ),
    forget: database.prepare('delete from sessions where token_hash = ?'),
    end: database.prepare('delete from sessions where id = ?'),
    endAll: database.prepare('delete from sessions where user_id = ?'),
    // With a role the tokens change. A change may be heard again, when what is kept came after it.
    endBefore: database.prepare('delete from sessions where user_id = @user_id and role_at <= @at'),
  }
}
