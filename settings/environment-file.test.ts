import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startProcess } from '../testing/servers/processes.ts'

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'companions-env-'))
  // Of the two misspelt names one is the hub's and one the worker's; both processes know those that are right.
  const names = [
    'PUBLIC_ULR=https://home.example',
    'OLAMA_BASE_URL=http://gpu',
    'DEMO=on',
    'GUESTS=off',
    'PORT=0',
  ]
  await writeFile(
    join(folder, '.env'),
    [...names, `DATA_DIR=${folder}`, 'NATS_URL=nats://127.0.0.1:1'].join('\n'),
  )
})
after(() => rm(folder, { recursive: true, force: true }))

for (const main of ['server/main.ts', 'workers/main.ts'])
  test(`${main} that is started alone tells of the names in .env that no setting has, and of no others`, async () => {
    const path = join(import.meta.dirname, '..', main)
    const env = { PATH: process.env.PATH, LOG_FORMAT: 'json' }
    await using alone = await startProcess(process.execPath, [path], { cwd: folder, env })
    const { msg, unknown } = JSON.parse(await alone.waitForLine(/"unknown"/)) as Record<string, unknown>
    assert.equal(msg, 'Names in .env that no setting has')
    assert.ok(Array.isArray(unknown))
    assert.deepEqual(unknown.toSorted(), [
      '.env has OLAMA_BASE_URL, which is no setting: is OLLAMA_BASE_URL meant?',
      '.env has PUBLIC_ULR, which is no setting: is PUBLIC_URL meant?',
    ])
  })

test('a process that another started with a channel leaves it to that one', async () => {
  const module = JSON.stringify(new URL('./environment-file.ts', import.meta.url))
  const script = join(folder, 'load.mjs')
  await writeFile(
    script,
    `const { loadEnvironmentFile } = await import(${module})
process.send([loadEnvironmentFile(), process.env.DEMO])`,
  )
  const child = fork(script, { cwd: folder, env: { PATH: process.env.PATH } })
  const [said] = (await once(child, 'message')) as [unknown]
  assert.deepEqual(said, [[], 'on'])
  await once(child, 'exit')
})
