import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthorizationResponseError } from 'openid-client'
import { answerOf } from './provider-answer.ts'
import { asSignInFault, SignInFault } from './sign-in-fault.ts'

const answered = (error: string) =>
  answerOf(
    asSignInFault(
      new AuthorizationResponseError('refused', {
        cause: new URLSearchParams({ error, error_description: 'Mia may not' }),
      }),
    ),
  )

test('a code of a provider is told as it is, and nothing that only stands in its place', () => {
  for (const code of ['access_denied', 'invalid_client', 'admin_policy_enforced'])
    assert.deepEqual(answered(code), { answer: code })
  for (const other of [
    '',
    'mia@example.org',
    'Mia may not',
    'line\nbreak',
    '\u001b[2J',
    'a1b2c3d4e5f6',
    'x'.repeat(49),
    'гость',
  ])
    assert.deepEqual(answered(other), { answer: 'unreadable' })
})

test('a fault that no provider answered has no answer', () => {
  assert.deepEqual(answerOf(new SignInFault('expired', 'The flow is too old')), {})
  assert.deepEqual(answerOf(asSignInFault(new TypeError('fetch failed'))), {})
})
