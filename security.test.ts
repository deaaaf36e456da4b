import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const text = readFileSync(path.join(import.meta.dirname, 'SECURITY.md'), 'utf8')

/** The lines of levels 1 and 2 in ASVS 5.0.0, as section and how many of its lines, from 1 on. */
const asked: Readonly<Record<string, number>> = {
  ...{ '4.4': 4, '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4, '6.5': 5, '6.6': 3, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2 },
  ...{ '8.1': 2, '8.2': 3, '8.3': 1, '8.4': 1, '9.1': 3, '9.2': 4 },
  ...{ '10.1': 2, '10.2': 2, '10.3': 4, '10.4': 11, '10.5': 5, '10.6': 2, '10.7': 3 },
}

const rows = [...text.matchAll(/^\| ([\d., ]+) \| (\w+) \| (.+) \|$/gm)].map(
  ([, lines = '', met = '', by = '']) => ({
    lines: lines.split(', '),
    met,
    by,
  }),
)

test('each line of the standard has one place in the table, in order', () => {
  const wanted = Object.entries(asked).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
  )
  assert.deepEqual(
    rows.flatMap(({ lines }) => lines),
    wanted,
  )
})

test('a line that is met names what meets it, and every file that is named is there', () => {
  for (const { lines, met, by } of rows) {
    assert.ok(['yes', 'partly', 'no', 'none'].includes(met), `${lines}: ${met}`)
    assert.ok(met !== 'yes' || /`[^`]+`|above/i.test(by), String(lines))
  }
  const files = [...text.matchAll(/`([\w./-]+\/[\w./-]+\.(?:ts|md))`/g)].map(([, file = '']) => file)
  assert.ok(files.length > 40)
  for (const file of files) assert.ok(existsSync(path.join(import.meta.dirname, file)), file)
})
