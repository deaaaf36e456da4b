import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CodedError, errorCodes, isErrorCode } from './errors.ts'
import { shouldReconnect } from './protocol.ts'

suite('error codes', () => {
  test('a retryable error closes with a code that says come back, any other with one that says do not', () => {
    for (const [code, { close, retryable }] of Object.entries(errorCodes))
      assert.equal(shouldReconnect(close), retryable, code)
  })

  test('each has a status of HTTP, a close code of ours or the protocol’s, and a title without an end mark', () => {
    for (const [code, { status, close, title }] of Object.entries(errorCodes)) {
      assert.ok(status >= 400 && status <= 599, code)
      assert.ok(close === 1009 || close === 1012 || (close >= 4000 && close <= 4999), code)
      assert.match(title, /^[A-Z].*[^.!?]$/, code)
    }
  })

  test('the ranges of close codes tell a browser what to do', () => {
    for (const code of [1000, 1001, 1005, 1006, 1011, 1012, 4000, 4499])
      assert.equal(shouldReconnect(code), true)
    for (const code of [1002, 1009, 4500, 4999]) assert.equal(shouldReconnect(code), false)
  })

  test('only codes on the list count as codes', () => {
    assert.equal(isErrorCode('internal'), true)
    for (const code of ['constructor', 'toString', '', 'made_up', undefined, 7])
      assert.equal(isErrorCode(code), false)
  })

  test('an error says what its code says unless told otherwise, and knows whether to try again', () => {
    assert.equal(new CodedError('not_found').message, 'There is nothing here')
    assert.equal(new CodedError('not_found', 'No such model').message, 'No such model')
    assert.deepEqual(
      [new CodedError('not_found').retryable, new CodedError('internal').retryable],
      [false, true],
    )
  })
})
