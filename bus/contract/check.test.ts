import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ChatSend } from './chat.ts'
import { checker } from './check.ts'
import { uuidv7 } from './ids.ts'
import { LogEntry } from './reply-log.ts'

const send = {
  kind: 'send',
  request_id: uuidv7(),
  conversation_id: uuidv7(),
  message_id: uuidv7(),
  parent_id: null,
  message: 'Hello',
}

suite('a checker', () => {
  const isChatSend = checker(ChatSend)

  test('knows right from wrong and names the place without showing what stands there', () => {
    assert.equal(isChatSend(send), true)
    assert.equal(isChatSend.flaw(send), '')
    assert.match(
      isChatSend.flaw({ ...send, options: { temperature: 9 } }),
      /^options\.temperature: must be <= 2$/,
    )
    assert.match(isChatSend.flaw({ ...send, message: ['my secret'] }), /^message: must be string$/)
    for (const value of [null, undefined, [], 'text', 7]) assert.equal(isChatSend(value), false)
  })

  test('tolerates fields from the future and leaves them', () => {
    const value: unknown = { ...send, mood: 'sunny' }
    assert.ok(isChatSend(value))
    assert.partialDeepStrictEqual(value, { mood: 'sunny' })
  })

  test('takes whole numbers however they were written, and neither NaN nor infinity nor a bigint', () => {
    const head = { request_id: uuidv7(), attempt: 1, owner: 'o', n: 1 }
    const isEntry = checker(LogEntry)
    const chunk = (offset: unknown) => ({ type: 'chunk', ...head, offset, content: '' })
    for (const offset of [0, 1, Number.MAX_SAFE_INTEGER]) assert.equal(isEntry(chunk(offset)), true)
    for (const offset of [-1, 0.5, NaN, Infinity, 2 ** 53, 1n, '1', null])
      assert.equal(isEntry(chunk(offset)), false)
    assert.equal(isEntry({ ...chunk(0), attempt: 0 }), false)
  })
})
