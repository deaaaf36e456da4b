import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { readVariables, withTables } from './deploy/readme-tables.ts'
import { startVariables } from './deploy/start-variables.ts'
import { isIssuerVariable } from './server/accounts/providers/read-issuers.ts'
import { readConfig } from './server/config.ts'
import { telemetryVariables } from './telemetry/variables.ts'
import { readWorkerConfig } from './workers/config.ts'

const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8')

suite('the README', () => {
  test('has the tables that the settings make; `node deploy/readme-tables.ts` writes them', async () => {
    const page = await read('README.md')
    assert.equal(page, withTables(page))
  })

  test('names no variable that is not in a table', async () => {
    const page = await read('README.md')
    const named = page.match(/(?<=[`\s])[A-Z][A-Z0-9]*_[A-Z0-9_]+(?=[`=\s])/g) ?? []
    assert.ok(named.length > 30)
    assert.deepEqual(named.filter(isUnknown), [])
  })

  test('names only npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> }
    const pages = (await Promise.all(['README.md', 'ARCHITECTURE.md', '.env.example'].map(read))).join('\n')
    const called = [...pages.matchAll(/npm (?:run )?(?!run|install|ci)([a-z:-]+)/g)].map(
      ([, name = '']) => name,
    )
    assert.ok(called.includes('start') && called.includes('lint'))
    assert.deepEqual(
      called.filter((name) => scripts[name] === undefined),
      [],
    )
  })
})

suite('.env.example', () => {
  test('names only variables that exist, each commented out', async () => {
    const lines = (await read('.env.example')).split('\n')
    const names = lines.flatMap((line) => /^#([A-Z_]+)=/.exec(line)?.[1] ?? [])
    assert.ok(names.length > 10)
    assert.deepEqual(names.filter(isUnknown), [])
    assert.deepEqual(
      lines.filter((line) => line !== '' && !line.startsWith('#')),
      [],
    )
  })

  test('gives examples that hub and worker take', async () => {
    const page = await read('.env.example')
    const given = Object.fromEntries(
      [...page.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    )
    assert.equal(readConfig(given).drainGraceMs, readConfig({}).drainGraceMs)
    assert.equal(readWorkerConfig(given).firstTokenTimeoutMs, readWorkerConfig({}).firstTokenTimeoutMs)
  })
})

const known = new Set([
  ...readVariables().flatMap(({ name, aliases }) => [name, ...aliases]),
  ...telemetryVariables.flatMap(({ name, aliases }) => [name, ...aliases]),
  ...startVariables.map(({ name }) => name),
])

/** An issuer's are named by whoever runs the house. */
const isUnknown = (name: string): boolean => !known.has(name) && !isIssuerVariable(name)
