import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'

test('pages ask nothing of Alpine that its chunk leaves out', async () => {
  const pages = path.resolve(import.meta.dirname, '../pages')
  const files = (await readdir(pages)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const texts = await Promise.all(files.map((file) => readFile(path.join(pages, file), 'utf8')))
  const asked = texts.flatMap((text) => text.match(/(?<=\s)(x-[a-z]+|@[a-z]+|:[a-z-]+)(?==")/g) ?? [])
  assert.ok(asked.includes('x-data'))
  assert.deepEqual(
    asked.filter((name) => name !== 'x-data' && !name.startsWith('@')),
    [],
  )
})
