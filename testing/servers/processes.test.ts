import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startProcess } from './processes.ts'
import { waitUntil } from './wait-until.ts'

test('a process that ignores SIGTERM is gone after its grace', async () => {
  const stubborn = await startProcess('/bin/sh', ['-c', "trap '' TERM; echo deaf; while :; do sleep 1; done"])
  await stubborn.waitForLine(/deaf/)
  assert.deepEqual(await stubborn.stop({ graceMs: 50 }), { code: null, signal: 'SIGKILL' })
})

test('waiting for a line of a process that ended says how it ended and what it said', async () => {
  const brief = await startProcess('/bin/sh', ['-c', 'echo so long; exit 3'])
  await assert.rejects(brief.waitForLine(/never/), /ended with 3.*so long/s)
})

test('a killed test takes its processes along', async () => {
  const script = `
    import { startProcess } from ${JSON.stringify(new URL('./processes.ts', import.meta.url).href)}
    const child = await startProcess('/bin/sleep', ['600'])
    console.log('child', child.pid)
    setInterval(() => {}, 1000)`
  const parent = await startProcess(process.execPath, ['--input-type=module', '-e', script])
  const [, child] = (await parent.waitForLine(/^child \d+/)).split(' ').map(Number)
  assert.ok(child)
  parent.signal('SIGKILL')
  await parent.ending
  await waitUntil('the child is gone', () => isGone(child))
})

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}
