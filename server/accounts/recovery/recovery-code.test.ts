import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashRecoveryCode, newRecoveryCode } from './recovery-code.ts'

test('a recovery code has the 112 bits that a plain hash wants, of marks of 5 bits each', () => {
  const codes = Array.from({ length: 200 }, newRecoveryCode)
  for (const code of codes) assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}$/)
  const marks = new Set(codes.join('').replaceAll('-', ''))
  assert.equal(marks.size, 32)
  assert.ok((codes[0]?.replaceAll('-', '').length ?? 0) * Math.log2(marks.size) >= 112)
  assert.equal(new Set(codes).size, codes.length)
})

test('a code is the same however somebody types it', () => {
  const code = newRecoveryCode()
  const sloppy = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
  assert.equal(hashRecoveryCode(sloppy), hashRecoveryCode(code))
})
