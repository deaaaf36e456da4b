import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { arrows } from './testing/architecture/arrows.ts'
import { readImports } from './testing/architecture/read-imports.ts'
import { findViolations } from './testing/architecture/violations.ts'

const root = import.meta.dirname

suite('the architecture', () => {
  test('every import follows the arrows', async () => {
    const sources = await readSources()
    for (const file of [
      'bus/nats/connection.ts',
      'server/app.ts',
      'workers/app.ts',
      'deploy/local/start.mjs',
    ])
      assert.ok(sources.has(file), `${file} was not read`)
    assert.deepEqual(findViolations(sources), [])
  })

  test('the table in ARCHITECTURE.md is the one that is held', async () => {
    const page = await readFile(join(root, 'ARCHITECTURE.md'), 'utf8')
    const section = page.split('## Arrows')[1]?.split('\n## ')[0] ?? ''
    const rows = section
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2)
      .map((line) => line.split('|').map((cell) => cell.trim()))
    assert.deepEqual(
      rows.map(([, room, words]) => ({ room, words })),
      arrows.map(({ room, words }) => ({ room, words })),
    )
  })

  for (const [name, planted] of Object.entries(plantedViolations()))
    test(`a planted violation is found: ${name}`, async () => {
      const contract = await readSources('bus/contract')
      const sources = new Map([...contract, [planted.file, planted.source]])
      assert.deepEqual(findViolations(sources), [planted.found])
    })

  test('the hash of a key is compared in constant time, and in no other way', async () => {
    const sources = await readSources('server/accounts/keys')
    const comparing = /\b\w*hash\b *[!=]==?|[!=]==? *[\w.]*hash\b|\.equals\(/i
    for (const [file, source] of sources)
      if (!file.endsWith('.test.ts')) assert.doesNotMatch(source, comparing, file)
    const compared = 'left.length === right.length && timingSafeEqual(left, right)'
    assert.ok(sources.get('server/accounts/keys/use-key.ts')?.includes(compared))
  })

  test('imports are read however they are written, and nothing that only looks like one', () => {
    const source = [
      `import type { A } from './type.ts'`,
      `import b, {`,
      `  type C,`,
      `} from "./value.ts"`,
      `import './bare.ts'`,
      `export * from './all.ts'`,
      `export type { D } from './type-again.ts'`,
      `const e = await import('./dynamic.ts') // import './comment.ts'`,
      `const f = "import './text.ts'", g = \`import './template.ts' \${h("}")}\``,
      `const pattern = /import '.\\/["']/, i = 4 / 2 / 1`,
      `/* import './block.ts' */ import { from } from './last.ts'`,
      `export const j = 'x'; import.meta.resolve('./meta.ts'); k.import('./method.ts')`,
    ].join('\n')
    assert.deepEqual(
      readImports(source).map(
        ({ specifier, line, typeOnly }) => `${line} ${specifier}${typeOnly ? ' type' : ''}`,
      ),
      [
        '1 ./type.ts type',
        '2 ./value.ts',
        '5 ./bare.ts',
        '6 ./all.ts',
        '7 ./type-again.ts type',
        '8 ./dynamic.ts',
        '11 ./last.ts',
      ],
    )
  })
})

interface Planted {
  file: string
  source: string
  found: string
}

function plantedViolations(): Record<string, Planted> {
  const plant = (
    file: string,
    specifier: string,
    why: string,
    statement = `import '${specifier}'`,
  ): Planted => ({
    file,
    source: `// The violation stands in line 2.\n${statement}\n`,
    found: `${file}:2 imports ${specifier}: ${why}`,
  })
  const chat = '../../bus/contract/chat.ts'
  return {
    'a worker that imports the server': plant(
      'workers/chat/planted.ts',
      '../../server/house.ts',
      'workers/chat may import bus, settings, telemetry, process, workers/runtime, workers/inference; never another worker, the server or the store',
    ),
    'a worker that imports another': plant(
      'workers/voice/planted.ts',
      '../chat/claim.ts',
      'workers/voice may import bus, settings, telemetry, process, workers/runtime, workers/inference; never another worker, the server or the store',
    ),
    'a type across a wall': plant(
      'bus/contract/planted.ts',
      '../nats/bus.ts',
      'bus/contract may import nothing of ours',
      `import type { Bus } from '../nats/bus.ts'`,
    ),
    'a Node API in the contract': plant(
      'bus/contract/planted.ts',
      'node:fs',
      'bus/contract runs in a browser and has no Node API',
    ),
    'the NATS client elsewhere': plant('server/hub/planted.ts', 'nats', 'it belongs to bus/nats alone'),
    'a plug-in of Fastify elsewhere': plant(
      'workers/planted.ts',
      '@fastify/cookie',
      'it belongs to server alone',
    ),
    'a database driver beside the store': plant(
      'server/chat/planted.ts',
      'better-sqlite3',
      'it belongs to server/store alone',
      `const { Database } = await import('better-sqlite3')`,
    ),
    'a schema in the browser': plant(
      'web/chat/planted.ts',
      chat,
      'a browser would load bus/contract/chat.ts, which loads typebox',
      `export { ChatSend } from '${chat}'`,
    ),
    'a room nobody drew': plant(
      'bus/kafka/planted.ts',
      '../nats/bus.ts',
      'bus/kafka is a room the table does not know',
    ),
  }
}

const skipped = new Set(['node_modules', '.git', '.tools', '.cache', 'data', 'dist'])

async function readSources(folder = ''): Promise<Map<string, string>> {
  const sources = new Map<string, string>()
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory() && !skipped.has(entry.name))
      for (const [file, source] of await readSources(path)) sources.set(file, source)
    else if (entry.isFile() && /\.(ts|mts|mjs|js)$/.test(entry.name))
      sources.set(path, await readFile(join(root, path), 'utf8'))
  }
  return sources
}
