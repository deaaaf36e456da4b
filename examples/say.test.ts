import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { uuidv7 } from '../bus/contract/ids.ts'
import { newApiKey } from '../server/accounts/keys/api-key.ts'
import { startAnsweringWorker } from '../testing/hub/scripted-worker.ts'
import { useTestHouse } from '../testing/hub/use-test-house.ts'
import { startProcess } from '../testing/servers/processes.ts'

const stage = useTestHouse()

test('the example prints the answer to what it says, and ends', async (t) => {
  const worker = startAnsweringWorker(stage.house.workerBus, 'Fold it, and wait.')
  t.after(() => worker.drain())
  const { lines, code } = await runExample(await makeKey(), 'Bread without kneading?')
  assert.deepEqual(lines, ['Fold it, and wait.'])
  assert.equal(code, 0)
})

test('the example says why it cannot and what to do, and ends with 1', async () => {
  const { lines, code } = await runExample('cmp_wrong', 'Hello')
  assert.match(lines.join(' '), /401.*takes no such KEY.*Make another at http:\S+\/account#keys/)
  assert.equal(code, 1)
})

async function runExample(key: string, message: string) {
  const env = { ...process.env, HOUSE: stage.hub.origin, KEY: key }
  const file = join(import.meta.dirname, 'say.mjs')
  const example = await startProcess(process.execPath, [file, message], { env })
  const { code } = await example.ending
  return { lines: example.lines, code }
}

async function makeKey(): Promise<string> {
  const { user } = await stage.hub.signIn('member')
  const { key, prefix, hash } = newApiKey()
  const facts = { id: uuidv7(), userId: user.id, name: 'Example', scopes: ['chat'], createdAt: Date.now() }
  await stage.hub.store.apiKeys.create({ ...facts, prefix, hash, expiresAt: null })
  return key
}
