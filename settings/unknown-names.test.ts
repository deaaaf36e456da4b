import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesBetween } from './changes-between.ts'
import { unknownNames } from './unknown-names.ts'

const given = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 'x']))

test('a slip in a name is told, with the name that was meant', () => {
  for (const [name, meant] of [
    ['PUBLIC_ULR', 'PUBLIC_URL'],
    ['public_url', 'PUBLIC_URL'],
    ['TRUSTED_PROXY', undefined],
    ['OLLAMA_BASEURL', 'OLLAMA_BASE_URL'],
    ['PROT', 'PORT'],
    ['GREETING', undefined],
  ])
    assert.deepEqual(unknownNames(given(name ?? '')), [
      `.env has ${name}, which is no setting${meant === undefined ? '' : `: is ${meant} meant?`}`,
    ])
})

test('the variables of an issuer are known, and a slip in one is told by its own name', () => {
  const file = { OIDC_ISSUERS: 'our-house', OIDC_OUR_HOUSE_CLIENT_ID: 'x', OIDC_OUR_HOUSE_CLIENTID: 'x' }
  assert.deepEqual(unknownNames(file), [
    '.env has OIDC_OUR_HOUSE_CLIENTID, which is no setting: is OIDC_OUR_HOUSE_CLIENT_ID meant?',
  ])
})

test('what is known, and what other programs read, is not mentioned', () => {
  const known = ['PUBLIC_URL', 'OLLAMA_HOST', 'COMMIT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']
  const theirs = ['OTEL_BSP_MAX_QUEUE_SIZE', 'NODE_OPTIONS', 'HTTPS_PROXY', 'no_proxy', 'PGSSLMODE', 'TZ']
  assert.deepEqual(unknownNames(given(...known, ...theirs)), [])
})

test('a file of another program is not repeated name by name', () => {
  const names = Array.from({ length: 25 }, (_, index) => `SOMETHING_ELSE_${index}`)
  const lines = unknownNames(given(...names))
  assert.equal(lines.length, 11)
  assert.equal(lines.at(-1), '.env has 15 more names that are no settings')
})

test('slips are counted', () => {
  for (const [word, other, count] of [
    ['same', 'same', 0],
    ['ULR', 'URL', 1],
    ['', 'abc', 3],
    ['abc', 'bca', 2],
    ['kitten', 'sitting', 3],
  ] as const)
    assert.equal(changesBetween(word, other), count, `${word} ${other}`)
})
