import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { withTables } from './deploy/readme-tables.ts'
import { readConfig } from './server/config.ts'
import { isKnownVariable } from './settings/variable-names.ts'
import { readWorkerConfig } from './workers/config.ts'

const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8')

/** What was part of the README once, and has grown too long for it. */
const further = ['docs/sign-in.md', 'docs/chaos.md']

suite('the README', () => {
  test('has the tables that the settings make; `node deploy/readme-tables.ts` writes them', async () => {
    const page = await read('README.md')
    assert.equal(page, withTables(page))
  })

  test('names no variable that is not in a table', async () => {
    const page = (await Promise.all(['README.md', ...further].map(read))).join('\n')
    const named = page.match(/(?<=[`\s])[A-Z][A-Z0-9]*_[A-Z0-9_]+(?=[`=\s])/g) ?? []
    assert.ok(named.length > 30)
    assert.deepEqual(named.filter(isUnknown), [])
  })

  test('names only npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> }
    const names = ['README.md', ...further, 'ARCHITECTURE.md', '.env.example']
    const pages = (await Promise.all(names.map(read))).join('\n')
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

suite('a link in the README, and in what was part of it,', () => {
  for (const name of ['README.md', ...further])
    test(`leads somewhere: ${name}`, async () => {
      const links = linksOf(await read(name))
      assert.ok(links.length > 0)
      for (const link of links) {
        const [file = '', heading] = link.split('#')
        const target = file === '' ? name : join(dirname(name), file)
        const page = await read(target)
        if (heading !== undefined) assert.ok(anchorsOf(page).includes(heading), link)
      }
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

/** Where links and pictures of a page lead within the repository. */
const linksOf = (page: string): string[] =>
  [...page.matchAll(/\]\(([^)\s]+)\)|src(?:set)?="([^"]+)"/g)]
    .map(([, link, picture]) => link ?? picture ?? '')
    .filter((link) => !/^https?:/.test(link))

/** The names that GitHub gives to the headings of a page. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )

const isUnknown = (name: string): boolean => !isKnownVariable(name)
