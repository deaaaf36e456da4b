import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startProcess } from '../testing/servers/processes.ts'

const url = JSON.stringify(join(import.meta.dirname, 'end-after.ts'))

suite('a process with so much time to end', () => {
  test('is ended when it takes longer', async (t) => {
    const held = await start(t, 100)
    assert.deepEqual(await held.ending, { code: 1, signal: null })
  })

  test('gets the rest of it when it was frozen for longer', async (t) => {
    const held = await start(t, 3_000)
    held.signal('SIGSTOP')
    // Time itself has to pass.
    await pause(3_200)
    const before = held.lines.length
    held.signal('SIGCONT')
    await held.waitForLine(new RegExp(`^alive ${before + 2}$`))
    held.signal('SIGTERM')
    assert.deepEqual(await held.ending, { code: 0, signal: null })
  })
})

/** It never ends by itself, and in order when it is asked to. */
async function start(t: TestContext, ms: number) {
  const script = `
    import { endAfter } from ${url}
    process.on('SIGTERM', () => process.exit(0))
    let said = 0
    const say = () => console.log('alive', ++said)
    say()
    setInterval(say, 10)
    endAfter(${ms})`
  const held = await startProcess(process.execPath, ['--input-type=module', '-e', script])
  t.after(() => held.stop())
  await held.waitForLine(/^alive/)
  return held
}
