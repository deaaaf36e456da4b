import assert from 'node:assert/strict'
import { test } from 'node:test'
import SqliteDatabase from 'better-sqlite3'
import { queueChanges } from './queue-changes.ts'

test('a cache that is held for long is owed a thousand changes, in order, and what comes after them fails', () => {
  const forgotten: string[] = []
  let isHeld = true
  const cache = queueChanges({
    changes: 0,
    enterEpoch: () => {},
    keep: () => {},
    find: () => undefined,
    forget: (tokenHash) => {
      if (isHeld) throw new SqliteDatabase.SqliteError('database is locked', 'SQLITE_BUSY')
      forgotten.push(tokenHash)
    },
    apply: () => {},
    close: () => {},
  })
  const tokens = Array.from({ length: 1_000 }, (_, index) => `token ${index}`)
  for (const token of tokens) cache.forget(token)
  for (const token of ['one too many', 'and another']) assert.throws(() => cache.forget(token), /locked/)
  isHeld = false
  cache.find('any', 1)
  assert.deepEqual(forgotten, tokens)
})
