import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { busOf, isRunning, makeStubHome, pidsOf } from '../../testing/house/stub-home.ts'
import { startProcess } from '../../testing/servers/processes.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

test('a start says where it is ready; Ctrl-C ends worker, hub and bus in order and leaves no process', async (context) => {
  const home = await makeStubHome(context)
  const main = await home.start()
  await main.waitForLine(/^Companions is ready: http:\/\/localhost:\d+ \(\d+\.\d s\)$/)
  const pids = await pidsOf(main)
  // As a terminal under npm does it: the signal comes more than once, and is one.
  main.signal('SIGINT')
  main.signal('SIGINT')
  assert.deepEqual(await main.ending, { code: 0, signal: null })
  const goodbyes = main.lines
    .filter((line) => /goodbye|Initiating Shutdown/.test(line))
    .map((line) => line.split(' ')[0])
  assert.deepEqual(goodbyes, ['worker', 'hub', 'bus'])
  assert.deepEqual(pids.filter(isRunning), [])
})

test('a second start uses the bus address and passwords of the first, which only their owner can read', async (context) => {
  const home = await makeStubHome(context)
  const addresses: string[] = []
  for (let round = 0; round < 2; round += 1) {
    const main = await home.start()
    addresses.push(await busOf(main))
    assert.match(await main.waitForLine(/^worker .* pid/), /bus nats:\/\/worker:[0-9a-f]{48}@/)
    await main.waitForLine(/Companions is ready/)
    await main.stop()
  }
  assert.match(addresses[0] ?? '', /^nats:\/\/hub:[0-9a-f]{48}@127\.0\.0\.1:\d+$/)
  assert.equal(addresses[1], addresses[0])
  for (const name of ['connection.json', 'nats.conf']) {
    assert.equal((await stat(join(home.root, 'data/nats', name))).mode & 0o777, 0o600)
  }
})

test('a bus port that somebody took is replaced', async (context) => {
  const home = await makeStubHome(context)
  const first = await home.start()
  const before = new URL(await busOf(first))
  await first.waitForLine(/Companions is ready/)
  await first.stop()
  const thief = createServer().listen(Number(before.port), '127.0.0.1')
  context.after(() => thief.close())
  const second = await home.start()
  const after = new URL(await busOf(second))
  await second.waitForLine(/Companions is ready/)
  assert.notEqual(after.port, before.port)
  assert.equal(after.password, before.password)
})

test('a killed supervisor leaves no process, and the next start is not in its way', async (context) => {
  const home = await makeStubHome(context)
  const killed = await home.start()
  await killed.waitForLine(/Companions is ready/)
  const pids = await pidsOf(killed)
  killed.signal('SIGKILL')
  await killed.ending
  const next = await home.start()
  await next.waitForLine(/Companions is ready/)
  assert.deepEqual(pids.filter(isRunning), [])
})

test('a home whose bootstrap is killed before it is up stops', async (context) => {
  const home = await makeStubHome(context)
  const child = spawn(process.execPath, [join(home.root, 'deploy/local/main.ts')], {
    env: home.environment,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  context.after(() => child.kill())
  child.stdout?.resume()
  child.disconnect()
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('a busy web port is named with the variable that changes it', async (context) => {
  const home = await makeStubHome(context)
  const other = createServer().listen(0, '127.0.0.1')
  context.after(() => other.close())
  const port = await waitUntil('it listens', () => portOf(other.address()))
  const main = await home.start({ PORT: String(port) })
  assert.deepEqual(await main.ending, { code: 1, signal: null })
  assert.deepEqual(main.lines, [`Port ${port} is in use. Set PORT (or ADDR) to another.`])
})

test('variables that can not be used, of the hub and of the worker, are named in one go before anything is started', async (context) => {
  const home = await makeStubHome(context)
  const wrong = {
    ADDR: 'nowhere',
    NATS_REPLICAS: '2',
    DRAIN_GRACE: 'soon',
    TOKEN_TIMEOUT: 'never',
    DEMO: 'maybe',
  }
  const main = await home.start(wrong)
  assert.deepEqual(await main.ending, { code: 1, signal: null })
  assert.deepEqual(
    main.lines.map((line) => line.replace(/:.*/, '')),
    [
      'ADDR is "nowhere"',
      'NATS_REPLICAS is "2"',
      'DRAIN_GRACE is "soon"',
      'TOKEN_TIMEOUT is "never"',
      'DEMO is "maybe"',
    ],
  )
  await assert.rejects(stat(join(home.root, 'data')), { code: 'ENOENT' })
})

test('the owner link of a house that is open to the network stands last, below the address', async (context) => {
  const home = await makeStubHome(context)
  const main = await home.start({ HOST: '0.0.0.0' })
  const link = await main.waitForLine(/owner link/)
  assert.equal(link, 'One-time owner link: http://192.0.2.1/owner/secret')
  const ready = main.lines.findIndex((line) => line.startsWith('Companions is ready'))
  assert.ok(ready >= 0 && ready < main.lines.indexOf(link))
  assert.equal(main.lines.filter((line) => line.includes('owner link')).length, 1)
})

test('a second supervisor on the same data is refused and says who has it', async (context) => {
  const home = await makeStubHome(context)
  const first = await home.start()
  await first.waitForLine(/Companions is ready/)
  const second = await home.start()
  assert.deepEqual(await second.ending, { code: 1, signal: null })
  assert.match(
    second.lines.join('\n'),
    new RegExp(`^Companions runs already: process ${first.pid} has .*DATA_DIR`),
  )
})

test('with NATS_URL, from .env too, that bus is used and none is started', async (context) => {
  const home = await makeStubHome(context)
  await writeFile(join(home.root, '.env'), 'NATS_URL=nats://elsewhere:4222\nPORT=1\n')
  const main = await home.start()
  assert.equal(await busOf(main), 'nats://elsewhere:4222')
  await main.waitForLine(/Companions is ready/)
  assert.equal(main.lines.filter((line) => line.includes('.env')).length, 0)
  assert.deepEqual(
    main.lines.filter((line) => line.startsWith('bus')),
    [],
  )
})

test('a name in .env that no setting has is told once, with the one that was meant', async (context) => {
  const home = await makeStubHome(context)
  await writeFile(join(home.root, '.env'), 'PUBLIC_ULR=https://home.example\n')
  const main = await home.start()
  await main.waitForLine(/Companions is ready/)
  assert.deepEqual(
    main.lines.filter((line) => line.includes('PUBLIC_ULR')),
    ['.env has PUBLIC_ULR, which is no setting: is PUBLIC_URL meant?'],
  )
})

test('whoever comes while no hub is there waits for the next one', async (context) => {
  const home = await makeStubHome(context)
  const main = await home.start()
  const ready = await main.waitForLine(/Companions is ready/)
  const [hub = 0] = await pidsOf(main)
  process.kill(hub, 'SIGKILL')
  await main.waitForLine(/hub ended with SIGKILL/)
  assert.equal(await (await fetch(/http:\S+/.exec(ready)?.[0] ?? '')).text(), 'ok')
})

test('a home whose terminal is gone stops, as it does not when a rollout is asked for', async (context) => {
  const home = await makeStubHome(context)
  const script = join(home.root, 'deploy/local/main.ts')
  // script(1) gives it a terminal, and takes that away when it ends itself.
  const command = `exec ${process.execPath} ${script}`
  const terminal = await startProcess('script', ['-qefc', command, join(home.root, 'typescript')], {
    env: { ...home.environment, NO_COLOR: '1' },
  })
  context.after(() => terminal.stop())
  await terminal.waitForLine(/Companions is ready/)
  const pids = await pidsOf(terminal)
  await home.rollOut().then(({ ending }) => ending)
  await terminal.waitForLine(/The rollout is done/)
  terminal.signal('SIGKILL')
  await waitUntil('all of it is gone', () => pids.every((pid) => !isRunning(pid)))
})

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number | undefined {
  return address !== null && typeof address === 'object' ? address.port : undefined
}
