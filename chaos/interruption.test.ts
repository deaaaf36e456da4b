import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { startProcess } from '../testing/servers/processes.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

test('a run that is interrupted ends its processes and removes its folders', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'companions-interruption-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const main = path.join(import.meta.dirname, 'main.ts')
  await using chaos = await startProcess(process.execPath, [main], {
    env: { ...process.env, TMPDIR: folder },
  })
  // Its workers are being started, beside a bus and a store that stand.
  await waitUntil('a house is being made', async () =>
    (await readdir(folder, { recursive: true })).some((file) => file.endsWith('worker-0.clock')),
  )
  const started = childrenOf(chaos.pid)
  assert.ok(started.length >= 3)
  // As a terminal under npm does it: the signal comes more than once.
  chaos.signal('SIGINT')
  chaos.signal('SIGINT')
  assert.deepEqual(await chaos.ending, { code: 130, signal: null })
  assert.deepEqual(await readdir(folder), [])
  await waitUntil('its processes are gone', () => started.every((pid) => !isRunning(pid)))
})

function childrenOf(parent: number): number[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid] : []))
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
