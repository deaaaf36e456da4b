import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { converse } from '../../testing/pages/open-house.ts'
import { fragment, hides, shows, usePages } from '../../testing/pages/use-pages.ts'

const pages = usePages()

test('a stranger is shown the way in, and a fragment sends the browser there', async () => {
  pages.house.visitor = null
  const page = await pages.get('/')
  assert.equal(page.statusCode, 401)
  shows(page.body, /owner link/)
  const piece = await pages.get('/fragments/conversations', fragment)
  assert.equal(piece.statusCode, 401)
  assert.equal(piece.headers['hx-refresh'], 'true')
  assert.equal(piece.body, '')
})

test("another person's conversation is not there, on any route", async () => {
  const { conversationId: id, messageId } = await converse(pages.house.store, pages.other, {
    said: 'Secret',
    answer: 'Kept',
  })
  const requests = [
    pages.get(`/c/${id}`),
    pages.get(`/c/${id}`, { ...fragment, 'hx-target': 'main#chat' }),
    pages.get(`/fragments/c/${id}/thread`),
    pages.get(`/fragments/c/${id}/messages/${messageId}`),
    pages.get(`/fragments/c/${id}/row`),
    pages.get(`/fragments/c/${id}/title`),
    pages.get(`/c/${id}/settings`),
    pages.send('POST', `/c/${id}/title`, { title: 'Mine' }),
    pages.send('POST', `/c/${id}/branch`, { message_id: messageId }),
    pages.send('POST', `/c/${id}/settings`, { all: 'true', system_prompt: 'x' }),
    pages.send('POST', `/c/${id}/restore`),
    pages.send('DELETE', `/c/${id}`),
  ]
  for (const answer of await Promise.all(requests)) {
    assert.equal(answer.statusCode, 404)
    hides(answer.body, /Secret|Kept/)
  }
  assert.equal((await pages.house.store.conversations.find(pages.other.id, id))?.title, 'Secret')
})

test('an id that is none is not found', async () => {
  for (const id of ['1', '..%2f..%2fetc', 'a'.repeat(36), `${uuidv7()}0`, "'%20or%201=1"]) {
    assert.equal((await pages.get(`/c/${id}`)).statusCode, 404, id)
    assert.equal((await pages.send('DELETE', `/c/${id}`)).statusCode, 404, id)
  }
  assert.equal((await pages.get(`/fragments/c/${uuidv7()}/messages/x`)).statusCode, 404)
})

test('no page has an inline style, handler or script', async () => {
  pages.house.visitor = await pages.house.addPerson('Newcomer')
  const { conversationId } = await converse(pages.house.store, pages.house.visitor, {
    said: 'Hello',
    answer: '| a |\n|:-:|\n| b |\n\n$x$',
  })
  for (const url of ['/', `/c/${conversationId}`, `/c/${conversationId}/settings`]) {
    const { body } = await pages.get(url)
    hides(body, /\sstyle=|\son[a-z]+=|hx-on|javascript:|js:/, url)
    hides(body, /<script>/, url)
  }
})

test('a page shows hostile words as words, wherever they stand', async () => {
  const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
  const { conversationId } = await converse(pages.house.store, pages.mira, {
    said: hostile,
    answer: hostile,
    model: hostile,
  })
  await pages.house.store.conversations.update(pages.mira.id, conversationId, {
    title: hostile,
    model: hostile,
    systemPrompt: hostile,
  })
  for (const url of [
    `/c/${conversationId}`,
    '/fragments/conversations?q=alert',
    `/c/${conversationId}/settings`,
  ]) {
    const { body } = await pages.get(url)
    assert.ok(body.includes('&lt;script'), url)
    hides(body, /<script>alert|<img/, url)
  }
})

test('themes and the folded list are remembered from the first byte on', async () => {
  const dark = await pages.get('/', { cookie: 'theme=dark; sidebar=closed' })
  shows(dark.body, /<html lang="en" data-theme="home-dark">/)
  shows(dark.body, /data-sidebar="closed"/)
  const odd = await pages.get('/', { cookie: 'theme="><script>; sidebar=%; tz=../../etc' })
  assert.equal(odd.statusCode, 200)
  hides(odd.body, /data-theme=/)
})
