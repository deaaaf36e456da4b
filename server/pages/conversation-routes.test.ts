import assert from 'node:assert/strict'
import { test } from 'node:test'
import MarkdownIt from 'markdown-it'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxTitleLength } from '../../bus/contract/limits.ts'
import { converse } from '../../testing/pages/open-house.ts'
import { hides, shows, usePages } from '../../testing/pages/use-pages.ts'

const pages = usePages()

test('a person renames a conversation, and no socket misses it', async () => {
  const { conversationId: id } = await converse(pages.house.store, pages.mira, {
    said: 'Old name',
    answer: 'Yes',
  })
  const answer = await pages.send('POST', `/c/${id}/title`, { title: '  A\u0007 new\r\n  name ' })
  assert.equal(answer.statusCode, 200)
  shows(answer.body, /A new name/)
  assert.equal((await pages.house.store.conversations.find(pages.mira.id, id))?.title, 'A new name')
  assert.ok(pages.house.notices.includes(`changed ${id}`))
})

test('a title that is empty or too long is refused, and says so in the row', async () => {
  const { conversationId: id } = await converse(pages.house.store, pages.mira, {
    said: 'Kept name',
    answer: 'Yes',
  })
  for (const title of ['', ' \n ', 'x'.repeat(maxTitleLength + 1)]) {
    const answer = await pages.send('POST', `/c/${id}/title`, { title })
    assert.equal(answer.statusCode, 422)
    shows(answer.body, /aria-invalid="true"/)
  }
  assert.equal((await pages.house.store.conversations.find(pages.mira.id, id))?.title, 'Kept name')
})

test('a deleted conversation leaves the list with a way back, and comes back by it', async () => {
  const { conversationId: id } = await converse(pages.house.store, pages.mira, {
    said: 'Short-lived',
    answer: 'Yes',
  })
  const gone = await pages.send('DELETE', `/c/${id}`)
  hides(gone.body, new RegExp(`id="row-${id}"`))
  shows(gone.body, new RegExp(`hx-post="/c/${id}/restore`))
  assert.equal((await pages.get(`/c/${id}`)).statusCode, 404)
  const back = await pages.send('POST', `/c/${id}/restore`)
  shows(back.body, new RegExp(`id="row-${id}"`))
  assert.equal((await pages.get(`/c/${id}`)).statusCode, 200)
})

test('a reply that was shown leaves the memory of the hub with its conversation', async (context) => {
  const { conversationId: id } = await converse(pages.house.store, pages.mira, {
    said: 'A',
    answer: 'Shown *once*',
  })
  const rendering = context.mock.method(MarkdownIt.prototype, 'render')
  await pages.get(`/c/${id}`)
  await pages.get(`/c/${id}`)
  assert.equal(rendering.mock.callCount(), 1)
  await pages.send('DELETE', `/c/${id}`)
  await pages.send('POST', `/c/${id}/restore`)
  await pages.get(`/c/${id}`)
  assert.equal(rendering.mock.callCount(), 2)
})

test('deleting the conversation that is open makes room for a new one', async () => {
  const { conversationId: id } = await converse(pages.house.store, pages.mira, {
    said: 'Open now',
    answer: 'Yes',
  })
  const answer = await pages.send('DELETE', `/c/${id}`, {}, { 'hx-current-url': `http://localhost/c/${id}` })
  assert.equal(answer.headers['hx-push-url'], '/')
  shows(answer.body, /<hx-partial hx-target="#chat".*data-new="true"/s)
})

test('a search finds words whatever their accents and marks them', async () => {
  await converse(pages.house.store, pages.mira, { said: 'Das Überraschungsei', answer: 'Ja' })
  const { body } = await pages.get('/fragments/conversations?q=uberraschung')
  shows(body, /<mark>Überraschung<\/mark>sei/)
  shows((await pages.get('/fragments/conversations?q=nowhere%20%3Cb%3E')).body, /“nowhere &lt;b&gt;”/)
})

test('a person who searches in several tabs at once is answered in each', async () => {
  await converse(pages.house.store, pages.mira, { said: 'The lighthouse', answer: 'Yes' })
  const words = ['l', 'li', 'lig', 'light', 'lighthouse']
  const answers = await Promise.all(words.map((word) => pages.get(`/fragments/conversations?q=${word}`)))
  for (const { statusCode, body } of answers) {
    assert.equal(statusCode, 200)
    shows(body, /<mark>l[a-z]*<\/mark>/)
  }
})

test('a search shows what a reply says without its marks, and a message as it was typed', async () => {
  const { store } = pages.house
  await converse(store, pages.mira, { said: 'How?', answer: '**Moor** the `boat`:\n```sh\ntie --twice\n```' })
  await converse(store, pages.mira, { said: 'A **raw** anchor', answer: 'Yes' })
  const found = async (word: string) => (await pages.get(`/fragments/conversations?q=${word}`)).body
  shows(await found('boat'), /Moor the <mark>boat<\/mark>: tie --twice</)
  shows(await found('raw'), /A \*\*<mark>raw<\/mark>\*\* anchor</)
})

test('Undo leads back into the conversation that was open, unless the person has gone on meanwhile', async () => {
  const { conversationId: id } = await converse(pages.house.store, pages.mira, {
    said: 'Here',
    answer: 'Yes',
  })
  const gone = await pages.send('DELETE', `/c/${id}`, {}, { 'hx-current-url': `http://localhost/c/${id}` })
  const undo = /hx-post="([^"]+)"[^>]*>Undo</.exec(gone.body)?.[1] ?? ''
  const back = await pages.send('POST', undo, {}, { 'hx-current-url': 'http://localhost/' })
  assert.equal(back.headers['hx-push-url'], `/c/${id}`)
  shows(back.body, new RegExp(`<hx-partial hx-target="#chat".*data-conversation-id="${id}"`, 's'))
  shows(back.body, new RegExp(`href="/c/${id}"[^>]*aria-current="page"`))
  await pages.send('DELETE', `/c/${id}`)
  const elsewhere = { 'hx-current-url': `http://localhost/c/${uuidv7()}` }
  const stayed = await pages.send('POST', undo, {}, elsewhere)
  assert.equal(stayed.headers['hx-push-url'], undefined)
  hides(stayed.body, /<hx-partial/)
})

test('Undo of a conversation that was not open leaves the person where they are', async () => {
  const { conversationId: id } = await converse(pages.house.store, pages.mira, {
    said: 'There',
    answer: 'Yes',
  })
  const gone = await pages.send('DELETE', `/c/${id}`, {}, { 'hx-current-url': 'http://localhost/' })
  const undo = /hx-post="([^"]+)"[^>]*>Undo</.exec(gone.body)?.[1] ?? ''
  const back = await pages.send('POST', undo, {}, { 'hx-current-url': 'http://localhost/' })
  assert.equal(back.headers['hx-push-url'], undefined)
  shows(back.body, new RegExp(`id="row-${id}"`))
})
