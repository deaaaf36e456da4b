import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { startProcess } from '../testing/servers/processes.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

/** Fails by itself, in no promise that anybody waits for, when it gets SIGUSR2. */
const failing = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("It failed by itself")})'

const endings: [how: string, signals: NodeJS.Signals[], code: number][] = [
  // As a terminal under npm does it: the signal comes more than once.
  ['is interrupted', ['SIGINT', 'SIGINT'], 130],
  ['fails by itself', ['SIGUSR2'], 1],
]
for (const [how, signals, code] of endings)
  test(`a run that ${how} ends its processes and removes its folders`, async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'companions-interruption-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const main = path.join(import.meta.dirname, 'main.ts')
    await using chaos = await startProcess(process.execPath, ['--import', failing, main], {
      env: { ...process.env, TMPDIR: folder },
    })
    // Its workers are being started, beside a bus and a store that stand.
    await waitUntil('a house is being made', async () =>
      (await readdir(folder, { recursive: true })).some((file) => file.endsWith('worker-0.clock')),
    )
    const started = childrenOf(chaos.pid)
    assert.ok(started.length >= 3)
    for (const signal of signals) chaos.signal(signal)
    assert.deepEqual(await chaos.ending, { code, signal: null })
    assert.deepEqual(await readdir(folder), [])
    await waitUntil('its processes are gone', () => started.every((pid) => !isRunning(pid)))
    assert.deepEqual(await mountsIn(folder), [])
    if (code === 1) assert.match(chaos.lines.join('\n'), /It failed by itself/)
  })

const mountsIn = async (folder: string): Promise<string[]> =>
  (await readFile('/proc/mounts', 'utf8')).split('\n').filter((line) => line.includes(folder))

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
