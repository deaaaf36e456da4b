import assert from 'node:assert/strict'
import { test } from 'node:test'
import { returnPath } from './return-to.ts'

test('a path of the house is come back to as it was', () => {
  for (const path of ['/', '/c/0190a0b4-0000-7000-8000-000000000000', '/?q=a%20b#last', '/c/x?y=//z'])
    assert.equal(returnPath(path), path)
})

const elsewhere = [
  'https://evil.example',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '\\\\evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  'javascript:alert(1)',
  'evil.example',
  ' /c/1',
  '/%0d%0aset-cookie:a=b\r\n',
  '/sign-in/google',
  '/%73ign-in/google',
  '/sign%2Din/google?return_to=/',
  '/%6Fwner/token',
  '/%zz',
  '/sign-out',
  '/owner/token',
  `/${'a'.repeat(2_000)}`,
  ['/c/1', '/c/2'],
  undefined,
  null,
  7,
]

for (const address of elsewhere)
  test(`${JSON.stringify(address)?.slice(0, 40)} leads to the first page`, () => {
    assert.equal(returnPath(address), '/')
  })
