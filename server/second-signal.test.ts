import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openBrowserSocket } from '../testing/hub/browser-socket.ts'
import { findFreePort } from '../testing/servers/free-port.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

test('a hub that waits for its browsers to go is ended at once by a second signal', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'companions-signal-'))
  const port = await findFreePort()
  const env = { PATH: process.env.PATH, NATS_URL: 'nats://127.0.0.1:1', DATA_DIR: dir, PORT: String(port) }
  const hub = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts')], { env })
  let output = ''
  for (const stream of [hub.stdout, hub.stderr])
    stream.on('data', (part) => {
      output += part
    })
  const origin = `http://127.0.0.1:${port}`
  const page = await waitUntil('it answers', () => fetch(origin))
  await page.arrayBuffer()
  const cookie = page.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
  const browser = await openBrowserSocket(origin, { cookie })
  browser.hello()
  await browser.next('welcome')
  // It answers no close frame, so the hub has to wait for it.
  browser.socket.pause()
  hub.kill('SIGTERM')
  await waitUntil('it stops', () => output.includes('hub stops'))
  hub.kill('SIGTERM')
  assert.deepEqual(await once(hub, 'exit'), [1, null])
  browser.socket.terminate()
  await rm(dir, { recursive: true, force: true })
})
