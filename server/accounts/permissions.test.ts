import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import type { Role, User } from '../store/store.ts'
import { type Act, apiKeyScopes, isFresh, may } from './permissions.ts'
import { freshSignInMs } from './sessions/lifetime.ts'

const acts: Act[] = ['chat', 'read-own', 'manage-account', 'make-api-keys', 'use-premium', 'administer']

const person = (kind: User['kind'], role: Role): User => ({
  ...{ id: 'u', name: 'Mia', kind, role, email: null, createdAt: 1 },
})

const allowed: [string, User, Act[]][] = [
  ['a guest', person('guest', 'user'), ['chat', 'read-own']],
  ['a user', person('member', 'user'), ['chat', 'read-own', 'manage-account', 'make-api-keys']],
  ['a premium user', person('member', 'premium'), acts.filter((act) => act !== 'administer')],
  ['an admin', person('member', 'admin'), acts],
  ['the owner', person('owner', 'admin'), acts],
]

for (const [who, user, expected] of allowed)
  test(`${who} may ${expected.join(', ')} and nothing else`, () => {
    assert.deepEqual(
      acts.filter((act) => may({ user }, act)),
      expected,
    )
  })

test('a key may do what is in its scopes, if its person may, and never more', () => {
  const key = (...scopes: string[]) => ({ kind: 'api-key', id: 'k', scopes }) as const
  const admin = person('owner', 'admin')
  const actsOf = (user: User, ...scopes: string[]) =>
    acts.filter((act) => may({ user, credential: key(...scopes) }, act))
  assert.deepEqual(actsOf(admin, 'chat'), ['chat'])
  assert.deepEqual(actsOf(admin), [])
  assert.deepEqual(actsOf(person('member', 'user'), 'chat', 'administer'), ['chat'])
})

test('the table in SECURITY.md says what is decided here', async () => {
  const page = await readFile(path.join(import.meta.dirname, '../../SECURITY.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| (.+) \|$/gm)].map(([, act, cells = '']) => [
    act,
    ...cells.split(' | '),
  ])
  const people = [
    person('guest', 'user'),
    person('member', 'user'),
    person('member', 'premium'),
    person('member', 'admin'),
  ]
  const allScopes = { kind: 'api-key', id: 'k', scopes: apiKeyScopes } as const
  const decided = acts.map((act) => [
    act,
    ...people.map((user) => (may({ user }, act) ? 'yes' : 'no')),
    may({ user: person('owner', 'admin'), credential: allScopes }, act) ? 'scope' : 'no',
  ])
  assert.deepEqual(rows, decided)
})

test('a sign-in is fresh for ten minutes, and a key never is', () => {
  const session = { kind: 'session', id: 's', signedInAt: 1_000 } as const
  assert.equal(isFresh(session, 999 + freshSignInMs), true)
  assert.equal(isFresh(session, 1_000 + freshSignInMs), false)
  assert.equal(isFresh({ kind: 'api-key', id: 'k', scopes: [] }, 1_000), false)
  assert.equal(isFresh(null, 1_000), false)
})
