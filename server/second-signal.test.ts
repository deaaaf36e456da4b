import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openBrowserSocket } from '../testing/hub/browser-socket.ts'
import { findFreePort } from '../testing/servers/free-port.ts'
import { startProcess } from '../testing/servers/processes.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

test('a hub that waits for its browsers to go is ended at once by a second signal', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'companions-signal-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const port = await findFreePort()
  const env = { PATH: process.env.PATH, NATS_URL: 'nats://127.0.0.1:1', DATA_DIR: dir, PORT: String(port) }
  await using hub = await startProcess(process.execPath, [path.join(import.meta.dirname, 'main.ts')], { env })
  await hub.waitForLine(/hub listens/)
  const origin = `http://127.0.0.1:${port}`
  const page = await waitUntil('it answers', () => fetch(origin))
  await page.arrayBuffer()
  const cookie = page.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
  const browser = await openBrowserSocket(origin, { cookie })
  t.after(() => browser.socket.terminate())
  browser.hello()
  await browser.next('welcome')
  // It answers no close frame, so the hub has to wait for it.
  browser.socket.pause()
  hub.signal('SIGTERM')
  await hub.waitForLine(/hub stops/)
  hub.signal('SIGTERM')
  assert.deepEqual(await hub.ending, { code: 1, signal: null })
})
