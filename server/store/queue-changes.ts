import SqliteDatabase from 'better-sqlite3'
import type { SessionCache } from './session-cache.ts'

/** Most changes that wait; past it the next one fails with the reason why they wait. */
const maxWaiting = 1_000

/**
 * A cache whose file another hub of this machine may hold for a moment, as during a rollout. What can't be noted then
 * is noted before anything else that is asked of it, in order; until that is done nothing is found in it.
 */
export function queueChanges(cache: SessionCache): SessionCache {
  const waiting: (() => void)[] = []
  let asked = 0
  const settle = () => {
    for (let change = waiting[0]; change !== undefined; change = waiting[0]) {
      change()
      waiting.shift()
    }
  }
  const note = (change: () => void) => {
    waiting.push(change)
    try {
      settle()
    } catch (error) {
      if (isHeld(error) && waiting.length <= maxWaiting) return
      if (waiting.length > maxWaiting) waiting.pop()
      throw error
    }
  }
  const noteChange = (change: () => void) => {
    // It counts from now on: who reads of the store before it is noted keeps nothing either.
    asked += 1
    note(change)
  }
  return {
    get changes() {
      return asked + cache.changes
    },
    enterEpoch: (epoch) => noteChange(() => cache.enterEpoch(epoch)),
    keep: (...session) => note(() => cache.keep(...session)),
    find: (...session) => {
      try {
        settle()
        return cache.find(...session)
      } catch (error) {
        if (isHeld(error)) return undefined
        throw error
      }
    },
    forget: (tokenHash) => note(() => cache.forget(tokenHash)),
    apply: (change) => noteChange(() => cache.apply(change)),
    close: () => cache.close(),
  }
}

const isHeld = (error: unknown): boolean =>
  error instanceof SqliteDatabase.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code)
