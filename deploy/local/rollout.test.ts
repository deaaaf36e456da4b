import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRunning, makeStubHome, pidsOf, stubHub } from '../../testing/house/stub-home.ts'

test('a rollout gives new code and a new .env to new processes at the same port, and says how it went', async (context) => {
  const home = await makeStubHome(context)
  const main = await home.start()
  const ready = await main.waitForLine(/Companions is ready/)
  const url = /http:\S+/.exec(ready)?.[0] ?? ''
  const pids = await pidsOf(main)
  await writeFile(join(home.root, 'server/main.ts'), stubHub.replace("'ok'", 'process.env.GREETING'))
  await writeFile(join(home.root, '.env'), 'GREETING=hello\n')
  const asked = await home.rollOut()
  assert.deepEqual(await asked.ending, { code: 0, signal: null })
  assert.deepEqual(
    asked.lines.map((line) => line.replace(/[\d.]+ s/, 'N s')),
    ['hub was replaced in N s.', 'worker was replaced in N s.', 'The rollout is done.'],
  )
  assert.equal(await (await fetch(url)).text(), 'hello')
  assert.deepEqual(pids.map(isRunning), [false, false, true])
})

test('a rollout whose hub can not start leaves everything as it was and fails', async (context) => {
  const home = await makeStubHome(context)
  const main = await home.start()
  await main.waitForLine(/Companions is ready/)
  const pids = await pidsOf(main)
  await writeFile(join(home.root, 'server/main.ts'), 'process.exit(1)')
  const asked = await home.rollOut()
  assert.deepEqual(await asked.ending, { code: 1, signal: null })
  assert.match(asked.lines[0] ?? '', /^The rollout failed: hub ended with exit code 1 before it was ready\.$/)
  assert.equal(asked.lines[1], 'hub and worker went on as before.')
  assert.deepEqual(pids.map(isRunning), [true, true, true])
})

test('a rollout that is asked for during another comes after it, and whoever asked hears of that one', async (context) => {
  const home = await makeStubHome(context)
  const main = await home.start()
  const url = /http:\S+/.exec(await main.waitForLine(/Companions is ready/))?.[0] ?? ''
  const hub = join(home.root, 'server/main.ts')
  const gate = join(home.root, 'gate')
  const waits = `import { existsSync } from 'node:fs'
    console.log('at the gate')
    while (!existsSync(${JSON.stringify(gate)})) await new Promise((resolve) => setTimeout(resolve, 20))`
  await writeFile(hub, `${waits}\n${stubHub.replace("'ok'", "'second'")}`)
  const first = await home.rollOut()
  await main.waitForLine(/at the gate/)
  await writeFile(hub, stubHub.replace("'ok'", "'third'"))
  const second = await home.rollOut()
  await main.waitForLine(/^A rollout is under way/)
  await writeFile(gate, '')
  for (const asked of [first, second])
    assert.deepEqual(
      [await asked.ending, asked.lines.at(-1)],
      [{ code: 0, signal: null }, 'The rollout is done.'],
    )
  assert.equal(await (await fetch(url)).text(), 'third')
})

test('a rollout where nothing runs says so', async (context) => {
  const home = await makeStubHome(context)
  const asked = await home.rollOut()
  assert.deepEqual(await asked.ending, { code: 1, signal: null })
  assert.match(
    asked.lines.join('\n'),
    /^Nothing runs on .*data, so there is nothing to replace\. `npm start` starts it\.$/,
  )
})
