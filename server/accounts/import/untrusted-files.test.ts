import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { exportedConversation, exportedMessage, exportFile } from '../../../testing/accounts/export-file.ts'
import { maxConversations, maxMessages } from './export-document.ts'
import { readDocument } from './read-document.ts'
import { toConversations } from './to-conversations.ts'

const now = Date.parse('2026-06-01T00:00:00Z')
const bounds = { userId: uuidv7(), maxMessageLength: 100, now }

const read = (file: string | Uint8Array) =>
  toConversations(readDocument(typeof file === 'string' ? new TextEncoder().encode(file) : file), bounds)

const one = (change: Parameters<typeof exportedConversation>[0] = {}) =>
  exportFile([exportedConversation(change)])
const saying = (...messages: Parameters<typeof exportedMessage>[0][]) =>
  one({ messages: messages.map(exportedMessage) })

const [a, b] = [uuidv7(), uuidv7()]

const refusals: Readonly<Record<string, readonly [string | Uint8Array, RegExp]>> = {
  'an empty file': ['', /^The file is empty$/],
  'a picture': [new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff]), /^The file is no text$/],
  'a picture with many of a text’s marks': [
    new Uint8Array(200_000).fill(0x5b).fill(0xff, 1, 2),
    /is no text$/,
  ],
  'half of a file': [one().slice(0, -30), /^The file is not whole, or no JSON$/],
  'another text': ['Dear diary', /^The file is not whole, or no JSON$/],
  'another program’s JSON': ['[{"title":"Chat","mapping":{}}]', /no|not an export/],
  'a bare value': ['null', /not an export/],
  'an export of a later kind': [exportFile([], { format: 'companions-export-2' }), /newer house/],
  'no conversations': [exportFile(undefined), /not as exported \(.*conversations/],
  'conversations that are none': [
    exportFile({ length: 1 }),
    /not as exported \(conversations: must be array/,
  ],
  'a title that is a number': [one({ title: 7 }), /conversations\.0\.title: must be string/],
  'an id that is none': [one({ id: '../../etc/passwd' }), /\(conversations\.0\.id\)$/],
  'a role that there is not': [saying({ role: 'system' }), /conversations\.0\.messages\.0\.role/],
  'a text that is a list': [saying({ content: ['x'] }), /messages\.0\.content/],
  'usage below nothing': [saying({ usage: { prompt_tokens: -1 } }), /messages\.0\.usage\.prompt_tokens/],
  'a temperature that burns': [one({ temperature: 451 }), /temperature/],
  'half a token': [one({ max_tokens: 0.5 }), /max_tokens/],
  'a list where a conversation should be': [exportFile([[[[]]]]), /conversations\.0: must be object/],
  'deep nesting, also where nothing is read': [
    exportFile([]).replace('[]', `[],"x":${'['.repeat(200_000)}${']'.repeat(200_000)}`),
    /too deep/,
  ],
  'a million things': [exportFile([], { x: Array(1_000_001).fill(0) }), /too much in it/],
  'a parent that is nowhere': [saying({ id: a }, { parent_id: b }), /one that does not stand before it/],
  'a message that answers itself': [saying({ id: a, parent_id: a }), /one that does not stand before it/],
  'a ring of two': [saying({ id: a, parent_id: b }, { id: b, parent_id: a }), /does not stand before it/],
  'a message twice': [saying({ id: a }, { id: a }), /In conversation 1 a message stands twice/],
  'a conversation twice': [
    exportFile([exportedConversation({ id: a }), exportedConversation({ id: a })]),
    /conversation 2 twice/,
  ],
  'an answer to an answer': [
    saying({ id: a, role: 'assistant' }, { role: 'assistant', parent_id: a }),
    /answers no message of a person/,
  ],
  'a time that is none': [one({ created_at: 'yesterday' }), /A time of conversation 1 is none/],
  'a message’s time that is none': [saying({ created_at: '' }), /A time of message 1 of conversation 1/],
  'a message past this house’s limit': [saying({ content: 'x'.repeat(101) }), /more than 100 characters/],
  'a reply past every limit': [
    saying({ role: 'assistant', content: 'x'.repeat(250_001) }),
    /text of message 1 of conversation 1 has more than 250,000/,
  ],
  'a title past its limit': [
    one({ title: 'x'.repeat(121) }),
    /The title of conversation 1 has more than 120/,
  ],
  'a prompt past its limit': [one({ system_prompt: 'x'.repeat(16_001) }), /system prompt .* 16,000/],
  'a model’s name past its limit': [one({ model: 'x'.repeat(201) }), /model of conversation 1 .* 200/],
  'thousands of tiny conversations': [
    exportFile(Array.from({ length: maxConversations + 1 }, () => ({}))),
    /more than 5,000 conversations/,
  ],
  'more messages than may come': [
    exportFile([{ messages: Array(maxMessages).fill(0) }, { messages: [0] }]),
    /20,000 messages/,
  ],
}

suite('a file that may hold anything is refused, in words that say why and repeat nothing', () => {
  for (const [what, [file, words]] of Object.entries(refusals))
    test(what, () => {
      const found = (error: unknown) => {
        assert.ok(error instanceof Error && 'code' in error)
        assert.equal(error.code, 'request_invalid')
        assert.match(error.message, words)
        assert.doesNotMatch(error.message, /xxx|passwd|diary|morning/)
        return true
      }
      assert.throws(() => read(file), found)
    })
})

suite('what is taken', () => {
  test('is told from everything else that an export has', () => {
    const more = { account: { name: 'Ada' }, history: [[[]]], something_new: { a: 1 } }
    assert.equal(read(exportFile([exportedConversation()], more)).length, 1)
    assert.deepEqual(read(exportFile([])), [])
    assert.deepEqual(read(one({ messages: [] })), [], 'without a message')
    assert.equal(read(`\uFEFF${one()}`).length, 1, 'with a mark of its byte order')
  })

  test('brings no ids along, and has the same ones for the same person only', () => {
    const file = one()
    const [first] = read(file)
    assert.deepEqual(read(file)[0]?.id, first?.id)
    const [other] = toConversations(readDocument(new TextEncoder().encode(file)), {
      ...bounds,
      userId: uuidv7(),
    })
    assert.notEqual(other?.id, first?.id)
    const ids = [first?.id, first?.activeLeafId, ...(first?.messages.map(({ id }) => id) ?? [])]
    for (const id of ids) {
      assert.ok(!file.includes(id ?? ''))
      assert.match(id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
  })

  test('is clean text: no lone surrogates, no control characters, titles on one line', () => {
    const dirty = `a\u0000b\ud800\r\nc\u0007`
    const [taken] = read(
      one({ title: ` ${dirty} `, system_prompt: dirty, messages: [exportedMessage({ content: dirty })] }),
    )
    assert.equal(taken?.title, 'ab\ufffd c')
    assert.equal(taken?.systemPrompt, 'ab\ufffd\nc')
    assert.equal(taken?.messages[0]?.content, 'ab\ufffd\nc')
  })

  test('has been: times to come are now, and times before there were any are the first', () => {
    const [taken] = read(one({ created_at: '9999-01-01T00:00:00Z', updated_at: '0001-01-01T00:00:00Z' }))
    assert.deepEqual([taken?.createdAt, taken?.updatedAt], [now, now])
    const [early] = read(one({ created_at: '-000001-01-01T00:00:00Z', updated_at: '1960-01-01' }))
    assert.deepEqual([early?.createdAt, early?.updatedAt], [0, 0])
  })

  test('has a title and a path that is shown, also where the file names none', () => {
    const messages = [exportedMessage({ content: 'Bread\nwithout kneading' }), exportedMessage({ id: a })]
    const [taken] = read(one({ title: ' ', active_leaf_id: b, messages }))
    assert.equal(taken?.title, 'Bread')
    assert.equal(taken?.activeLeafId, taken?.messages[1]?.id)
  })

  test('may have brackets and quotes in its texts, as many as it likes', () => {
    const content = `${'[{,"\\\\'.repeat(15)}"`
    assert.equal(read(saying({ content }))[0]?.messages[0]?.content, content)
    const title = `${'['.repeat(60)}\\`
    assert.equal(read(one({ title }))[0]?.title, title)
  })

  test('puts nothing on the prototype of anything', () => {
    const poisoned = one().replace('"title"', '"__proto__":{"polluted":true,"messages":[]},"title"')
    const [taken] = read(
      poisoned.replace('"usage":{}', '"usage":{"__proto__":{"polluted":true},"constructor":1}'),
    )
    assert.equal(Reflect.get({}, 'polluted'), undefined)
    assert.equal(taken?.messages.length, 2)
    assert.deepEqual(Object.keys(taken?.messages[0]?.usage ?? {}), [])
  })

  test('has only errors that the house knows, with a bounded detail', () => {
    const error = { code: '<script>', detail: 'x'.repeat(5_000), retryable: true }
    const [taken] = read(saying({ id: a }, { parent_id: a, role: 'assistant', content: '', error }))
    assert.equal(taken?.messages[1]?.error?.code, 'reply_failed')
    assert.equal(taken?.messages[1]?.error?.detail.length, 2_000)
  })
})
