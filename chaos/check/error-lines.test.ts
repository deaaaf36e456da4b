import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorLines } from './error-lines.ts'

const line = (fields: object): string => JSON.stringify({ level: 50, ...fields })

test('an error that nothing accounts for is found among all that a process says', () => {
  const strange = line({ msg: 'A frame failed', error: 'x is not a function' })
  const quiet = JSON.stringify({ level: 40, msg: 'A frame failed' })
  assert.deepEqual(errorLines(['--- hub 0, started', '{"broken', quiet, strange]), [strange])
})

test('a page that could not be made is none while the store is away, and else is one', () => {
  const away = line({ msg: 'A page could not be made', error_code: 'store_unavailable', error: 'away' })
  const broken = line({ msg: 'A page could not be made', error_code: 'internal', error: 'away' })
  assert.deepEqual(errorLines([away, broken]), [broken])
})
