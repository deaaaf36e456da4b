import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openBrowserSocket } from '../testing/hub/browser-socket.ts'
import { findFreePort } from '../testing/servers/free-port.ts'
import { startProcess } from '../testing/servers/processes.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

test('a hub that waits for its browsers to go is ended at once by a second signal', async (t) => {
  const hub = await startVisitedHub(t)
  hub.signal('SIGTERM')
  await hub.waitForLine(/hub stops/)
  hub.signal('SIGTERM')
  assert.deepEqual(await hub.ending, { code: 1, signal: null })
})

test('a hub that is frozen while it stops ends in order once it wakes', async (t) => {
  const hub = await startVisitedHub(t, { DRAIN_GRACE: '1s' })
  hub.signal('SIGTERM')
  await hub.waitForLine(/hub stops/)
  hub.signal('SIGSTOP')
  // Longer than its grace; that its time to stop does not run meanwhile is held in process/end-after.test.ts.
  await pause(1_500)
  hub.signal('SIGCONT')
  assert.deepEqual(await hub.ending, { code: 0, signal: null })
})

/** A hub with a browser that answers no close frame: it has to wait for it. */
async function startVisitedHub(t: TestContext, more: Readonly<Record<string, string>> = {}) {
  const dir = await mkdtemp(path.join(tmpdir(), 'companions-signal-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const port = await findFreePort()
  const env = { PATH: process.env.PATH, NATS_URL: 'nats://127.0.0.1:1', DATA_DIR: dir, PORT: String(port) }
  const main = path.join(import.meta.dirname, 'main.ts')
  const hub = await startProcess(process.execPath, [main], { env: { ...env, ...more } })
  t.after(() => hub.stop())
  await hub.waitForLine(/hub listens/)
  const origin = `http://127.0.0.1:${port}`
  const page = await waitUntil('it answers', () => fetch(origin))
  await page.arrayBuffer()
  const cookie = page.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
  const browser = await openBrowserSocket(origin, { cookie })
  t.after(() => browser.socket.terminate())
  browser.hello()
  await browser.next('welcome')
  browser.socket.pause()
  return hub
}
