import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { uuidv7 } from '../bus/contract/ids.ts'
import { findFreePort } from '../testing/servers/free-port.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { openStore } from './store/open-store.ts'

let dir: string

before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'companions-main-'))
})
after(() => rm(dir, { recursive: true, force: true }))

/** The hub as a process, with no bus: it must live without one. */
function launch(environment: Record<string, string>) {
  const env = { PATH: process.env.PATH, NATS_URL: 'nats://127.0.0.1:1', DATA_DIR: dir, ...environment }
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts')], { env })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      output += part
    })
  return {
    child,
    output: () => output,
    exit: once(child, 'exit').then(([code, signal]) => code ?? signal),
  }
}

test('a hub with a wrong setting ends at once and names it', async () => {
  const hub = launch({ PORT: 'http' })
  assert.equal(await hub.exit, 1)
  assert.equal(
    hub.output().trim(),
    'The hub cannot run.\nPORT is "http": it takes a whole number from 0 to 65,535',
  )
})

test('a hub whose port is taken names the port and the variable', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  assert.ok(address !== null && typeof address === 'object')
  const hub = launch({ PORT: String(address.port) })
  assert.equal(await hub.exit, 1)
  assert.match(hub.output(), new RegExp(`Port ${address.port} on 127\\.0\\.0\\.1 is taken.*Set PORT`))
  other.close()
})

test('a hub prints an owner link on request alone while its sign-in page offers a way in that some admin has', async () => {
  const port = await findFreePort()
  const own = await mkdtemp(path.join(dir, 'known-'))
  const store = await openStore(`sqlite:${path.join(own, 'companions.db')}`)
  await store.migrate()
  const admin = {
    id: uuidv7(),
    name: 'Mia',
    kind: 'member',
    role: 'admin',
    email: null,
    createdAt: 1,
  } as const
  await store.accounts.createUser(admin)
  await store.recoveryCodes.replace(admin.id, ['a hash'], 1)
  await store.accounts.createOwnerLink({ tokenHash: 'of a start before', expiresAt: Date.now() + 60_000 })
  const [here, everywhere] = [{ PORT: String(port), GUESTS: 'off' }, { ADDR: `0.0.0.0:${port}` }]
  for (const [settings, isPrinted] of [
    [here, false],
    [{ ...here, OWNER_LINK: 'always' }, true],
    // At a bare IP address nobody is asked for a recovery code.
    [everywhere, true],
    [{ ...everywhere, PUBLIC_URL: `http://localhost:${port}` }, false],
  ] as const) {
    const hub = launch({ ...settings, DATA_DIR: own })
    const said = /No owner link is printed|One-time owner link: http/
    await waitUntil('the hub says so', () => said.test(hub.output()) || undefined)
    assert.equal(/One-time owner link/.test(hub.output()), isPrinted, JSON.stringify(settings))
    hub.child.kill('SIGTERM')
    assert.equal(await hub.exit, 0)
    assert.equal(await store.accounts.claimOwnerLink('of a start before', Date.now()), undefined)
  }
  await store.close()
})

test('the owner link of a hub on loopback opens localhost, where passkeys can be made', async () => {
  const port = await findFreePort()
  const hub = launch({ PORT: String(port), GUESTS: 'off' })
  await waitUntil('the link is printed', () => /One-time owner link: /.test(hub.output()) || undefined)
  assert.ok(hub.output().includes(`One-time owner link: http://localhost:${port}/owner/`))
  hub.child.kill('SIGTERM')
  assert.equal(await hub.exit, 0)
})

test('a hub open to the network prints one owner link, which works, and ends well when it is told to', async () => {
  const port = await findFreePort()
  const hub = launch({ ADDR: `0.0.0.0:${port}` })
  const link = await waitUntil('the link is printed', () => {
    return /One-time owner link: (http:\/\/\S+\/owner\/[\w-]{43})/.exec(hub.output())?.[1]
  })
  const used = await fetch(link, { method: 'POST', body: new URLSearchParams(), redirect: 'manual' })
  assert.equal(used.status, 303)
  assert.ok(used.headers.getSetCookie()[0]?.startsWith('companions_session_'))
  await used.arrayBuffer()
  hub.child.kill('SIGTERM')
  assert.equal(await hub.exit, 0)
})
