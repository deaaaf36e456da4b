import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { startProcess } from '../../testing/servers/processes.ts'
import { bootstrap } from './bootstrap.mjs'
import { hasDependencies, installDependencies } from './dependencies.mjs'
import { downloadVerified } from './download.mjs'
import { takeFirstWay } from './first-way.mjs'
import { findNatsServer } from './nats-server-binary.mjs'
import { findNode } from './node-runtime.mjs'
import { takeLock } from './process-lock.mjs'
import { runCommand } from './run-command.mjs'
import { makeThenMove } from './staging.mjs'

const BYTES = 'the archive'
const SHA256 = createHash('sha256').update(BYTES).digest('hex')

test('a download with the right sum is kept', async (context) => {
  const file = join(await makeFolder(context), 'archive')
  await downloadVerified({
    url: await serve(context, (_, response) => response.end(BYTES)),
    sha256: SHA256,
    file,
  })
  assert.equal(await readFile(file, 'utf8'), BYTES)
})

test('a download with another sum is refused and not kept', async (context) => {
  const file = join(await makeFolder(context), 'archive')
  const url = await serve(context, (_, response) => response.end('something else'))
  await assert.rejects(downloadVerified({ url, sha256: SHA256, file }), /should have .*: not used/)
  assert.equal(existsSync(file), false)
})

test('a download that stalls is given up', async (context) => {
  const file = join(await makeFolder(context), 'archive')
  const url = await serve(context, (_, response) => response.write('the'))
  await assert.rejects(
    downloadVerified({ url, sha256: SHA256, file, stallMs: 50 }),
    /nothing came for 0.05 s/,
  )
  assert.equal(existsSync(file), false)
})

test('a download that is not there says what the server answered', async (context) => {
  const file = join(await makeFolder(context), 'archive')
  const url = await serve(context, (_, response) => response.writeHead(404).end())
  await assert.rejects(downloadVerified({ url, sha256: SHA256, file }), /answered 404/)
})

test('when one way to bring something fails the next is taken, and the reason is said', async () => {
  const lines: string[] = []
  const fail = { name: 'a dead mirror', take: () => Promise.reject(new Error('nobody answers')) }
  const work = { name: 'a living one', take: () => Promise.resolve() }
  await takeFirstWay('it', [fail, work], (line) => lines.push(line))
  assert.deepEqual(lines, [
    'Bringing it: a dead mirror.',
    'That did not work: nobody answers',
    'Bringing it: a living one.',
  ])
  await assert.rejects(
    takeFirstWay('it', [fail], () => undefined),
    /There is no it.*\n- a dead mirror: nobody answers/,
  )
})

test('what is made halfway stands nowhere', async (context) => {
  const folder = await makeFolder(context)
  const broken = makeThenMove(join(folder, 'tool'), async (staging) => {
    await writeFile(join(staging, 'half'), '')
    throw new Error('power cut')
  })
  await assert.rejects(broken, /power cut/)
  assert.deepEqual(await readdir(folder), [])
})

test('a command that hangs is killed', async () => {
  await assert.rejects(runCommand('sleep', ['600'], { timeoutMs: 50 }), /was ended by SIGKILL/)
})

test('a lock is held by one, and free again when that one released it or died', async (context) => {
  const file = join(await makeFolder(context), 'lock')
  const lock = takeLock(file)
  assert.ok('release' in lock)
  assert.deepEqual(takeLock(file), { heldBy: process.pid })
  lock.release()
  const script = `import { takeLock } from ${JSON.stringify(new URL('./process-lock.mjs', import.meta.url).href)}
    takeLock(${JSON.stringify(file)})`
  const other = await startProcess(process.execPath, ['--input-type=module', '-e', script])
  assert.equal((await other.ending).code, 0)
  assert.ok(existsSync(file))
  assert.ok('release' in takeLock(file))
})

test('a lock of an earlier process with the same number is free', async (context) => {
  const file = join(await makeFolder(context), 'lock')
  await writeFile(file, `${process.pid} another-boot-42`)
  assert.ok('release' in takeLock(file))
})

test('dependencies are installed once for a lockfile, and again when it changes', async (context) => {
  const root = await makeFolder(context)
  const lockfile = { name: 'empty', version: '1.0.0', lockfileVersion: 3, packages: { '': {} } }
  await writeFile(join(root, 'package.json'), '{"name":"empty","version":"1.0.0"}')
  await writeFile(join(root, 'package-lock.json'), JSON.stringify(lockfile))
  await mkdir(join(root, 'node_modules'))
  assert.equal(hasDependencies({ root }), false)
  await installDependencies({ root, node: process.execPath, say: () => undefined })
  assert.equal(hasDependencies({ root }), true)
  await writeFile(join(root, 'package-lock.json'), JSON.stringify({ ...lockfile, requires: true }))
  assert.equal(hasDependencies({ root }), false)
})

test('a node_modules that is a link is left alone', async (context) => {
  const root = await makeFolder(context)
  await writeFile(join(root, 'package-lock.json'), '{}')
  await symlink('/nowhere', join(root, 'node_modules'))
  assert.equal(hasDependencies({ root }), true)
})

test('an old Node is replaced by the one in .tools, and a new one is used', async (context) => {
  const root = await makeFolder(context)
  assert.equal(findNode({ root, version: '24.0.0' }), process.execPath)
  assert.equal(findNode({ root, version: '20.20.2' }), undefined)
  const packageFolder = join(root, `.tools/node_modules/node-${process.platform}-${process.arch}`)
  await mkdir(packageFolder, { recursive: true })
  await writeFile(join(packageFolder, 'package.json'), '{"version":"22.1.0"}')
  assert.equal(findNode({ root, version: '20.20.2' }), undefined)
  await writeFile(join(packageFolder, 'package.json'), '{"version":"24.21.0"}')
  assert.equal(findNode({ root, version: '20.20.2' }), join(packageFolder, 'bin/node'))
})

test('a nats-server on the PATH goes before the one in .tools, and NATS_SERVER_BIN before both', async (context) => {
  const root = await makeFolder(context)
  const places = [join(root, '.tools/nats-server'), join(root, 'bin')]
  for (const place of places) {
    await mkdir(place, { recursive: true })
    await writeFile(join(place, 'nats-server'), '#!/bin/sh\n')
    await chmod(join(place, 'nats-server'), 0o755)
  }
  const environment = { PATH: places[1] }
  assert.equal(findNatsServer({ root, environment }), join(root, 'bin/nats-server'))
  const chosen = join(root, '.tools/nats-server/nats-server')
  assert.equal(findNatsServer({ root, environment: { ...environment, NATS_SERVER_BIN: chosen } }), chosen)
  assert.throws(() => findNatsServer({ root, environment: { NATS_SERVER_BIN: root } }), /no executable file/)
})

test('a start with everything there says nothing and touches nothing', async (context) => {
  const root = await makeFolder(context)
  await cp(new URL('../../package-lock.json', import.meta.url), join(root, 'package-lock.json'))
  await mkdir(join(root, 'elsewhere'))
  await symlink(join(root, 'elsewhere'), join(root, 'node_modules'))
  const lines: string[] = []
  const environment = { NATS_SERVER_BIN: process.execPath }
  const node = await bootstrap({ root, parts: ['nats-server'], environment, say: (line) => lines.push(line) })
  assert.equal(node, process.execPath)
  assert.deepEqual(lines, [])
  assert.deepEqual((await readdir(root)).sort(), ['elsewhere', 'node_modules', 'package-lock.json'])
})

async function makeFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'companions-bootstrap-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function serve(context: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : ''}/archive`
}
