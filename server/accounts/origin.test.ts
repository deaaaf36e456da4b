import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOriginPolicy } from './origin.ts'

const secure = createOriginPolicy({
  publicUrl: 'https://home.example',
  allowedOrigins: ['https://app.example'],
})
const plain = createOriginPolicy({ publicUrl: '', allowedOrigins: [] })

const pages: [string, typeof secure, string, string, boolean][] = [
  ['of the public address', secure, 'https://home.example', 'home.example', true],
  [
    'of the public address, behind a proxy that names another host',
    secure,
    'https://home.example',
    'hub',
    true,
  ],
  ['that is listed', secure, 'https://app.example', 'home.example', true],
  ['under the house’s name but over plain HTTP', secure, 'http://home.example', 'home.example', false],
  ['of this very machine', secure, 'http://localhost:3000', 'localhost:3000', true],
  ['of this very machine by its address', secure, 'http://[::1]:3000', '[::1]:3000', true],
  ['of another port of this machine', secure, 'http://localhost:4000', 'localhost:3000', false],
  ['of a house without an address of its own', plain, 'http://home.lan:3000', 'home.lan:3000', true],
  ['that hides where it is from', plain, 'null', 'home.lan', false],
]

for (const [which, isOurs, origin, host, expected] of pages)
  test(`a page ${which} is ${expected ? 'ours' : 'not ours'}`, () => {
    assert.equal(isOurs({ origin, host }), expected)
  })
