import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { exportedConversation, exportedMessage, exportFile } from '../../../testing/accounts/export-file.ts'
import { formWith } from '../../../testing/accounts/upload-file.ts'
import { readAside } from './read-aside.ts'
import { readDocument } from './read-document.ts'
import { toConversations } from './to-conversations.ts'

const bounds = { userId: uuidv7(), maxMessageLength: 100, now: Date.now() }

async function read(file: string) {
  const form = new Response(formWith(file))
  const bytes = new Uint8Array(await form.arrayBuffer())
  return readAside({ form: { bytes, type: form.headers.get('content-type') ?? '' }, bounds })
}

test('a file of more than comes at once comes whole, and in order', async () => {
  const messages = () => Array.from({ length: 300 }, () => exportedMessage())
  const file = exportFile(Array.from({ length: 5 }, () => exportedConversation({ messages: messages() })))
  const here = toConversations(readDocument(new TextEncoder().encode(file)), bounds)
  assert.deepEqual(await read(file), here)
  assert.deepEqual(await read(exportFile([])), [])
})

test('what is refused in the thread is refused here in the same words', async () => {
  await assert.rejects(read(exportFile([exportedConversation({ title: 'x'.repeat(121) })])), {
    ...{ name: 'CodedError', code: 'request_invalid' },
    message: 'The title of conversation 1 has more than 120 characters',
  })
})
