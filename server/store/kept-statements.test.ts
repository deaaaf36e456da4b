import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import SqliteDatabase from 'better-sqlite3'
import { keepStatements } from './kept-statements.ts'

describe('kept statements', () => {
  test('a statement is prepared once, and the one unused for longest is let go', (t) => {
    const { kept } = openFile(t)
    const [first, second] = [kept.prepare('select 1'), kept.prepare('select 2')]
    for (let number = 3; number <= 256; number += 1) kept.prepare(`select ${number}`)
    assert.equal(kept.prepare('select 1'), first)
    kept.prepare('select 257')
    assert.equal(kept.prepare('select 1'), first)
    assert.notEqual(kept.prepare('select 2'), second)
  })

  test('a kept statement sees the columns that another process adds', (t) => {
    const { kept, other } = openFile(t)
    const select = kept.prepare('select * from things')
    assert.deepEqual(select.all([]), [{ id: 1 }])
    other.exec("alter table things add column name text default 'none'")
    assert.deepEqual(kept.prepare('select * from things').all([]), [{ id: 1, name: 'none' }])
  })

  test('a statement that found the file locked works again once it is free', (t) => {
    const { kept, other } = openFile(t)
    const insert = kept.prepare('insert into things (id) values (?)')
    other.exec('begin immediate')
    assert.throws(() => insert.run([2]), { code: 'SQLITE_BUSY' })
    other.exec('commit')
    assert.equal(kept.prepare('insert into things (id) values (?)').run([2]).changes, 1)
  })

  test('a statement that cannot be prepared is not kept', (t) => {
    const { kept, other } = openFile(t)
    assert.throws(() => kept.prepare('select * from later'), { code: 'SQLITE_ERROR' })
    other.exec('create table later (id integer)')
    assert.deepEqual(kept.prepare('select * from later').all([]), [])
  })
})

function openFile(t: TestContext) {
  const dir = mkdtempSync(path.join(tmpdir(), 'companions-statements-'))
  const file = new SqliteDatabase(path.join(dir, 'file.db'), { timeout: 0 })
  const other = new SqliteDatabase(path.join(dir, 'file.db'), { timeout: 0 })
  const kept = keepStatements(file)
  t.after(() => {
    kept.close()
    other.close()
    rmSync(dir, { recursive: true })
  })
  file.pragma('journal_mode = wal')
  file.exec('create table things (id integer primary key); insert into things values (1)')
  return { kept, other }
}
