import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openStore } from '../../server/store/open-store.ts'
import { startProcess } from '../../testing/servers/processes.ts'
import { projectRoot } from './project-root.mjs'

const WRITER = `
  import { uuidv7 } from ${JSON.stringify(join(projectRoot, 'bus/contract/ids.ts'))}
  import { openStore } from ${JSON.stringify(join(projectRoot, 'server/store/open-store.ts'))}
  const store = await openStore(process.env.DATABASE_URL)
  await store.migrate()
  const user = { name: 'Ada', kind: 'guest', role: 'user', email: null, createdAt: 1 }
  for (;;) {
    const id = uuidv7()
    await store.accounts.createUser({ ...user, id })
    console.log('wrote', id)
  }`

test('a backup beside a busy writer has all that was written before it, and its owner alone can read it', async (context) => {
  const { folder, file, url, backUp } = await prepare(context)
  const writer = await startProcess(process.execPath, ['--input-type=module', '-e', WRITER], {
    env: { PATH: process.env.PATH, DATABASE_URL: url },
  })
  context.after(() => writer.stop())
  for (const name of ['first', 'second', 'third']) {
    const copy = join(folder, name)
    await writer.waitForLine(/^wrote/)
    const before = writer.lines.filter((line) => line.startsWith('wrote')).map((line) => line.slice(6))
    const { code, said } = await backUp(copy)
    assert.deepEqual([code, said.startsWith(`${file} is backed up in ${copy} (`)], [0, true], said)
    assert.equal((await stat(copy)).mode & 0o777, 0o600)
    const store = await openStore(copy)
    await store.migrate()
    for (const id of before) assert.ok(await store.accounts.findUser(id), `${id} is in ${name}`)
    await store.close()
  }
  assert.equal(writer.ended(), undefined)
})

test('a backup replaces no file', async (context) => {
  const { folder, url, backUp } = await prepare(context)
  await makeStore(url)
  const there = join(folder, 'there')
  await writeFile(there, 'kept')
  assert.deepEqual(await backUp(there), {
    code: 1,
    said: `The file ${there} can't be made: there is one already, and a backup replaces nothing.`,
  })
  assert.equal(await readFile(there, 'utf8'), 'kept')
})

test('a backup of what is no store leaves no file and says what is wrong', async (context) => {
  const { folder, file, backUp } = await prepare(context)
  const copy = join(folder, 'copy')
  const missing = await backUp(copy)
  assert.deepEqual(
    [missing.code, missing.said.includes(`${file} can't be read: there is no such`)],
    [1, true],
  )
  await writeFile(file, 'no store at all. '.repeat(500))
  const other = await backUp(copy)
  assert.deepEqual([other.code, other.said.includes('file is not a database')], [1, true], other.said)
  assert.deepEqual(await readdir(folder), ['companions.db'])
})

test('a backup asks for the name of one file, and leaves PostgreSQL to its own program', async (context) => {
  const { folder, backUp } = await prepare(context)
  assert.deepEqual(await backUp(), {
    code: 2,
    said: 'Name one new file for the backup: npm run backup -- FILE',
  })
  const postgres = await backUp(join(folder, 'copy'), { DATABASE_URL: 'postgres://me:s3cret@db/house' })
  assert.deepEqual([postgres.code, postgres.said.includes('pg_dump')], [2, true])
  assert.ok(!postgres.said.includes('s3cret'))
})

async function prepare(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'companions-backup-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'companions.db')
  const backUp = async (target?: string, more: NodeJS.ProcessEnv = {}) => {
    const script = join(projectRoot, 'deploy/local/backup.mjs')
    const run = await startProcess(process.execPath, [script, ...(target === undefined ? [] : [target])], {
      env: { PATH: process.env.PATH, DATA_DIR: folder, ...more },
    })
    const { code } = await run.ending
    return { code, said: run.lines.join('\n') }
  }
  return { folder, file, url: `sqlite:${file}`, backUp }
}

async function makeStore(url: string): Promise<void> {
  const store = await openStore(url)
  await store.migrate()
  await store.close()
}
