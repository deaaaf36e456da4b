import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import type { Service } from './keep-running.ts'
import { countDeaths, type RestartLimits, restartLimits } from './restart-limits.ts'
import { supervise } from './supervisor.ts'

const QUICK: Partial<RestartLimits> = { firstDelayMs: 1, longestDelayMs: 2 }
const STAY = 'setInterval(() => {}, 1000);'
const SAY_GOODBYE = `process.on('SIGTERM', () => { console.log('goodbye'); process.exit(0) }); ${STAY}`

test('a service that is killed is started again', async (context) => {
  const { lines, pidOf } = start(context, [service('hub', `console.log('pid', process.pid); ${STAY}`)])
  const first = await pidOf('hub')
  process.kill(first, 'SIGKILL')
  await waitUntil('another one runs', async () => (await pidOf('hub')) !== first)
  assert.ok(lines.some((line) => line.includes('hub ended with SIGKILL; starting it again')))
})

test('a service that keeps dying is given up: the others stop, and the end is a failure', async (context) => {
  const { supervisor, lines } = start(context, [
    service('bus', SAY_GOODBYE),
    service('hub', 'process.exit(3)'),
  ])
  assert.equal(await supervisor.ended, 1)
  assert.ok(lines.some((line) => /hub died 6 times in a row, the last time with exit code 3/.test(line)))
})

const REFUSE = "console.log('no such database'); process.send('refused', () => process.exit(1))"

test('a service that says at its start that it can not run is not started again', async (context) => {
  const { supervisor, lines } = start(context, [
    service('bus', SAY_GOODBYE),
    { ...service('hub', REFUSE), saysReady: true },
  ])
  assert.equal(await supervisor.ended, 1)
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('bus')),
    ['hub | no such database', 'hub cannot run with these settings. Its last lines stand above. Stopping.'],
  )
})

test('a service that was ready once is started again also where it says that it can not run', async (context) => {
  const hub = { ...service('hub', `process.send('ready', () => { ${REFUSE} })`), saysReady: true }
  const { supervisor, lines } = start(context, [hub])
  assert.equal(await supervisor.ended, 1)
  assert.equal(lines.filter((line) => line === 'hub | no such database').length, 6)
})

test('a program that can not be started at all is given up with its reason', async (context) => {
  const { supervisor, lines } = start(context, [{ ...service('hub', ''), command: '/no/such/program' }])
  assert.equal(await supervisor.ended, 1)
  assert.ok(lines.some((line) => line.includes('/no/such/program ENOENT')))
})

test('deaths with good runs between them are never too many', async (context) => {
  const { lines, supervisor } = start(context, [service('hub', 'process.exit(3)')], { goodRunMs: 0 })
  await waitUntil(
    'it died ten times',
    () => lines.filter((line) => line.includes('exit code 3')).length >= 10,
  )
  supervisor.stop()
  assert.equal(await supervisor.ended, 0)
})

test('what dies a few seconds after it was ready waits longer each time, and is given up', () => {
  const count = countDeaths(restartLimits)
  const delays: number[] = []
  for (let death = 1; death < restartLimits.mostDeaths; death += 1) {
    const { giveUp, delayMs } = count(performance.now() - 3_000)
    assert.equal(giveUp, false)
    delays.push(delayMs)
  }
  assert.deepEqual(delays, [100, 200, 400, 800, 1_600])
  assert.equal(count(performance.now() - 3_000).giveUp, true)
  assert.deepEqual(count(performance.now() - restartLimits.goodRunMs), {
    giveUp: false,
    deaths: 1,
    delayMs: 100,
  })
})

test('services stop one after the other, the first one last', async (context) => {
  const names = ['bus', 'hub', 'worker']
  const greeting = `${SAY_GOODBYE} console.log('hello')`
  const { supervisor, lines } = start(
    context,
    names.map((name) => service(name, greeting)),
  )
  await waitUntil('all greeted', () => lines.filter((line) => line.endsWith('hello')).length === 3)
  supervisor.stop()
  assert.equal(await supervisor.ended, 0)
  const goodbyes = lines.filter((line) => line.endsWith('goodbye')).map((line) => line.split(' ')[0])
  assert.deepEqual(goodbyes, ['worker', 'hub', 'bus'])
})

test('a service that ignores SIGTERM is killed, with what it started, after its grace', async (context) => {
  const script = `
    const child = require('node:child_process').spawn('sleep', ['600'])
    process.on('SIGTERM', () => {}); console.log('pid', child.pid); ${STAY}`
  const { supervisor, pidOf, lines } = start(context, [{ ...service('hub', script), graceMs: 300 }])
  const grandchild = await pidOf('hub')
  supervisor.stop()
  await supervisor.ended
  assert.ok(lines.some((line) => line.includes('hub did not end within')))
  await waitUntil('its own child is gone', () => isGone(grandchild))
})

test('a service starts after its preparation has succeeded, and waits for it', async (context) => {
  const preparation = service('', "console.log('prepared')")
  const { supervisor, lines } = start(context, [
    { ...service('hub', `console.log('runs'); ${STAY}`), preparation },
  ])
  await supervisor.ready
  await waitUntil('it runs', () => lines.includes('hub | runs'))
  assert.deepEqual(lines, ['hub | prepared', 'hub | runs'])
})

test('nothing is ready before it says so, and one that may be late is not waited for', async (context) => {
  const script = `process.on('SIGUSR2', () => process.send('ready')); console.log('pid', process.pid); ${STAY}`
  const hub = { ...service('hub', script), saysReady: true }
  const late = { ...service('job', STAY), saysReady: true, mayBeLate: true }
  const { supervisor, pidOf } = start(context, [hub, late])
  let ready = false
  void supervisor.ready.then(() => {
    ready = true
  })
  const pid = await pidOf('hub')
  assert.equal(ready, false)
  process.kill(pid, 'SIGUSR2')
  await supervisor.ready
})

const READY = `${SAY_GOODBYE} console.log('pid', process.pid); process.send('ready')`

test('a service is replaced by one that is ready before the one before it ends', async (context) => {
  const { supervisor, lines, pidOf } = start(context, [{ ...service('hub', READY), saysReady: true }])
  await supervisor.ready
  const before = await pidOf('hub')
  const next = service('hub', `console.log('here'); ${READY}`)
  assert.equal(await supervisor.replace({ ...next, saysReady: true }, 10_000), 'exit code 0')
  const after = await pidOf('hub', before)
  assert.ok(isGone(before) && !isGone(after))
  assert.ok(lines.indexOf('hub | here') < lines.indexOf('hub | goodbye'))
  assert.deepEqual(
    lines.filter((line) => line.includes('starting it again')),
    [],
  )
})

test('the one that took the place is what is started again when it dies', async (context) => {
  const { supervisor, lines, pidOf } = start(context, [{ ...service('hub', READY), saysReady: true }])
  await supervisor.ready
  const before = await pidOf('hub')
  const next = service('hub', `console.log('the new one'); ${READY}`)
  await supervisor.replace({ ...next, saysReady: true }, 10_000)
  process.kill(await pidOf('hub', before), 'SIGKILL')
  await waitUntil('it runs again', () => lines.filter((line) => line === 'hub | the new one').length === 2)
})

const failures: [string, string, number, RegExp][] = [
  ['ends before it is ready', 'process.exit(3)', 30_000, /^hub ended with exit code 3 before it was ready$/],
  ['is never ready', STAY, 500, /^hub was not ready within 0.5 s$/],
]

for (const [name, script, readyMs, reason] of failures)
  test(`a service goes on when the one to replace it ${name}`, async (context) => {
    const { supervisor, pidOf } = start(context, [{ ...service('hub', READY), saysReady: true }])
    await supervisor.ready
    const before = await pidOf('hub')
    const next = { ...service('hub', script), saysReady: true }
    await assert.rejects(supervisor.replace(next, readyMs), { message: reason })
    assert.ok(!isGone(before))
  })

test('what replaces a service stops with it', async (context) => {
  const { supervisor, pidOf } = start(context, [{ ...service('hub', READY), saysReady: true }])
  await supervisor.ready
  const [before, script] = [await pidOf('hub'), `console.log('pid', process.pid); ${STAY}`]
  const replaced = supervisor.replace({ ...service('hub', script), saysReady: true }, 10_000)
  const next = await pidOf('hub', before)
  supervisor.stop()
  await assert.rejects(replaced, /SIGTERM before it was ready/)
  await supervisor.ended
  assert.ok(isGone(before) && isGone(next))
})

test('one that is on its way out after its replacement is not hurried by a stop of all', async (context) => {
  // As hub and worker do: a second SIGTERM ends them at once.
  const script = `console.log('pid', process.pid); process.send('ready'); ${STAY}
    process.once('SIGTERM', () => {
      console.log('leaving')
      process.on('SIGTERM', () => { console.log('hurried'); process.exit(1) })
      process.on('SIGUSR2', () => { console.log('goodbye'); process.exit(0) })
    })`
  const { supervisor, lines, pidOf } = start(context, [{ ...service('hub', script), saysReady: true }])
  await supervisor.ready
  const before = await pidOf('hub')
  const replaced = supervisor.replace({ ...service('hub', READY), saysReady: true }, 10_000)
  await waitUntil('it leaves', () => lines.includes('hub | leaving'))
  supervisor.stop()
  await waitUntil('the other is told', () => lines.includes('hub | goodbye'))
  process.kill(before, 'SIGUSR2')
  await Promise.all([replaced, supervisor.ended])
  assert.deepEqual(
    lines.filter((line) => /hurried|goodbye/.test(line)),
    ['hub | goodbye', 'hub | goodbye'],
  )
})

function start(context: TestContext, services: Service[], limits: Partial<RestartLimits> = {}) {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const supervisor = supervise({ services, print, limits: { ...QUICK, ...limits } })
  context.after(() => {
    supervisor.kill()
    return supervisor.ended
  })
  const pidOf = (name: string, before?: number) =>
    waitUntil(`${name} says its process id`, () => {
      const said = lines.findLast((line) => line.startsWith(`${name} | pid `))
      const pid = Number(said?.split(' ').at(-1))
      return said !== undefined && pid !== before && pid
    })
  return { supervisor, lines, pidOf }
}

function service(name: string, script: string): Service {
  return { name, command: process.execPath, args: ['-e', script], environment: process.env, folder: '/' }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}
