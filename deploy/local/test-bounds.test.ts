import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startProcess } from '../../testing/servers/processes.ts'
import type { TestBounds } from './test-bounds.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'companions-bounds-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const open = "import { createServer } from 'node:net'\ncreateServer().listen(0, '127.0.0.1')"

/** Runs a test file as the runner does, under bounds of its own. */
async function run(file: string, bounds: TestBounds) {
  const [bound, tests] = [join(folder, 'bound.mjs'), join(folder, 'some.test.mjs')]
  const module = JSON.stringify(import.meta.resolve('./test-bounds.ts'))
  await writeFile(bound, `import { boundTestFile } from ${module}\nboundTestFile(${JSON.stringify(bounds)})`)
  await writeFile(tests, `import { test } from 'node:test'\n${file}`)
  const env = { PATH: process.env.PATH, NODE_TEST_CONTEXT: 'child' }
  await using running = await startProcess(process.execPath, [`--import=${bound}`, tests], { env })
  const { code } = await running.ending
  return { code, output: running.lines.join('\n') }
}

test('a file whose tests passed and that leaves something open fails soon after its last test', async () => {
  const { code, output } = await run(`${open}\ntest('passes', () => {})`, {
    longestMs: 600_000,
    closingMs: 100,
  })
  assert.equal(code, 1)
  assert.match(output, /some\.test\.mjs did not end within 0\.1 s of its last test: something is open\./)
})

test('a file that does not end fails at its bound', async () => {
  const { code, output } = await run(`${open}\ntest('hangs', () => new Promise(() => {}))`, {
    longestMs: 2_000,
    closingMs: 600_000,
  })
  assert.equal(code, 1)
  assert.match(output, /some\.test\.mjs did not end within 2 s of its start: something is open\./)
})

test('a file that leaves nothing open ends by itself, far from its bounds', async () => {
  const bounds = { longestMs: 600_000, closingMs: 600_000 }
  const { code, output } = await run("test('passes', () => {})", bounds)
  assert.equal(code, 0)
  assert.doesNotMatch(output, /something is open/)
})
