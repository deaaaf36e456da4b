import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Claims, mergeClaims } from './claims.ts'

const cases: [string, Claims, Claims, [unknown, unknown]][] = [
  [
    'the id_token',
    { email: 'a@x', email_verified: false },
    { email: 'b@x', email_verified: true },
    ['a@x', false],
  ],
  ['userinfo alone', {}, { email: 'b@x', email_verified: true }, ['b@x', true]],
  [
    'userinfo, where the id_token does not say',
    { email: 'a@x' },
    { email: 'b@x', email_verified: true },
    ['b@x', true],
  ],
  ['the id_token alone', { email: 'a@x' }, { email_verified: true }, ['a@x', undefined]],
]

for (const [what, idToken, userInfo, expected] of cases)
  test(`an address and whether it is verified are both the word of ${what}`, () => {
    const said = mergeClaims(idToken, userInfo)
    assert.deepEqual([said.email, said.email_verified], expected)
  })

test('of everything else the id_token’s word goes before userinfo’s', () => {
  assert.equal(mergeClaims({ name: 'Ada' }, { name: 'Eve' }).name, 'Ada')
  assert.deepEqual(mergeClaims({}, { groups: ['family'] }).groups, ['family'])
})

test('when somebody signed in, and by which session, is the word of the signed id_token alone', () => {
  const said = mergeClaims({ name: 'Ada' }, { auth_time: 1_900_000_000, sid: 'planted' })
  assert.deepEqual([said.auth_time, said.sid], [undefined, undefined])
  const signed = mergeClaims({ auth_time: 5, sid: 'own' }, { auth_time: 9, sid: 'planted' })
  assert.deepEqual([signed.auth_time, signed.sid], [5, 'own'])
})
