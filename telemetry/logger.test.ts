import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

for (const logFormat of ['json', 'pretty'])
  test(`a process whose log nobody reads any more can still end (${logFormat})`, async (t) => {
    const script = `
      import { createLogger } from ${JSON.stringify(import.meta.resolve('./logger.ts'))}
      const logger = createLogger({ process: 'hub', logLevel: 'info', logFormat: '${logFormat}' })
      process.on('message', () => {
        for (let line = 0; line < 3; line += 1) logger.info('The hub stops')
        process.exit(0)
      })
      process.send('ready')`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    t.after(() => child.kill('SIGKILL'))
    await once(child, 'message')
    child.stdout?.destroy()
    child.send('end')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
