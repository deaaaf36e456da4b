import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxTitleLength } from '../../bus/contract/limits.ts'
import type { OpenHouse } from '../../testing/pages/open-house.ts'
import { converse, openHouse } from '../../testing/pages/open-house.ts'
import type { User } from '../store/store.ts'

let house: OpenHouse
let mira: User
let other: User

before(async () => {
  house = await openHouse()
  mira = await house.addPerson('Mira')
  other = await house.addPerson('Other')
})
beforeEach(() => {
  house.visitor = mira
})
after(() => house.close())

const fragment = { 'hx-request': 'true' }
/** Like `assert.match` and its opposite, without the whole page in the message. */
const shows = (body: string, pattern: RegExp, where = '') =>
  assert.ok(pattern.test(body), `${where} shows ${pattern}`)
const hides = (body: string, pattern: RegExp, where = '') =>
  assert.ok(!pattern.test(body), `${where} hides ${pattern}`)
const get = (url: string, headers: Record<string, string> = {}) => house.app.inject({ url, headers })
const send = (method: 'POST' | 'DELETE', url: string, form: Record<string, string> = {}, headers = {}) =>
  house.app.inject({
    method,
    url,
    headers: { ...fragment, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(form).toString(),
  })

test('a stranger is shown the way in, and a fragment sends the browser there', async () => {
  house.visitor = null
  const page = await get('/')
  assert.equal(page.statusCode, 401)
  shows(page.body, /owner link/)
  const piece = await get('/fragments/conversations', fragment)
  assert.equal(piece.statusCode, 401)
  assert.equal(piece.headers['hx-refresh'], 'true')
  assert.equal(piece.body, '')
})

test('a new conversation has an id of its own, openers, and is kept by no cache', async () => {
  const [one, two] = [await get('/'), await get('/')]
  const idOf = (body: string) => /data-conversation-id="([^"]+)"/.exec(body)?.[1]
  assert.ok(idOf(one.body))
  assert.notEqual(idOf(one.body), idOf(two.body))
  shows(one.body, /data-new="true"/)
  assert.equal(one.body.match(/data-action="opener"/g)?.length, 3)
  assert.equal(one.headers['cache-control'], 'no-store')
})

test('a page shows hostile words as words, wherever they stand', async () => {
  const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
  const { conversationId } = await converse(house.store, mira, {
    said: hostile,
    answer: hostile,
    model: hostile,
  })
  await house.store.conversations.update(mira.id, conversationId, {
    title: hostile,
    model: hostile,
    systemPrompt: hostile,
  })
  for (const url of [
    `/c/${conversationId}`,
    '/fragments/conversations?q=alert',
    `/c/${conversationId}/settings`,
  ]) {
    const { body } = await get(url)
    assert.ok(body.includes('&lt;script'), url)
    hides(body, /<script>alert|<img/, url)
  }
})

test('no page has an inline style, handler or script', async () => {
  house.visitor = await house.addPerson('Newcomer')
  const { conversationId } = await converse(house.store, house.visitor, {
    said: 'Hello',
    answer: '| a |\n|:-:|\n| b |\n\n$x$',
  })
  for (const url of ['/', `/c/${conversationId}`, `/c/${conversationId}/settings`]) {
    const { body } = await get(url)
    hides(body, /\sstyle=|\son[a-z]+=|hx-on|javascript:|js:/, url)
    hides(body, /<script>/, url)
  }
})

test("another person's conversation is not there, on any route", async () => {
  const { conversationId: id, messageId } = await converse(house.store, other, {
    said: 'Secret',
    answer: 'Kept',
  })
  const requests = [
    get(`/c/${id}`),
    get(`/c/${id}`, { ...fragment, 'hx-target': 'main#chat' }),
    get(`/fragments/c/${id}/thread`),
    get(`/fragments/c/${id}/messages/${messageId}`),
    get(`/fragments/c/${id}/row`),
    get(`/fragments/c/${id}/title`),
    get(`/c/${id}/settings`),
    send('POST', `/c/${id}/title`, { title: 'Mine' }),
    send('POST', `/c/${id}/branch`, { message_id: messageId }),
    send('POST', `/c/${id}/settings`, { all: 'true', system_prompt: 'x' }),
    send('POST', `/c/${id}/restore`),
    send('DELETE', `/c/${id}`),
  ]
  for (const answer of await Promise.all(requests)) {
    assert.equal(answer.statusCode, 404)
    hides(answer.body, /Secret|Kept/)
  }
  assert.equal((await house.store.conversations.find(other.id, id))?.title, 'Secret')
})

test('an id that is none is not found', async () => {
  for (const id of ['1', '..%2f..%2fetc', 'a'.repeat(36), `${uuidv7()}0`, "'%20or%201=1"]) {
    assert.equal((await get(`/c/${id}`)).statusCode, 404, id)
    assert.equal((await send('DELETE', `/c/${id}`)).statusCode, 404, id)
  }
  assert.equal((await get(`/fragments/c/${uuidv7()}/messages/x`)).statusCode, 404)
})

test('a room that is gone is shown in its place, beside the list', async () => {
  const page = await get(`/c/${uuidv7()}`)
  shows(page.body, /id="sidebar"/)
  shows(page.body, /<main id="chat"[^>]*data-room="error"/)
  const piece = await get(`/c/${uuidv7()}`, { ...fragment, 'hx-target': 'main#chat' })
  shows(piece.body, /^<title>.*<main id="chat"/s)
  hides(piece.body, /id="sidebar"/)
})

test('a person renames a conversation, and no socket misses it', async () => {
  const { conversationId: id } = await converse(house.store, mira, { said: 'Old name', answer: 'Yes' })
  const answer = await send('POST', `/c/${id}/title`, { title: '  A\u0007 new\r\n  name ' })
  assert.equal(answer.statusCode, 200)
  shows(answer.body, /A new name/)
  assert.equal((await house.store.conversations.find(mira.id, id))?.title, 'A new name')
  assert.ok(house.notices.includes(`changed ${id}`))
})

test('a title that is empty or too long is refused, and says so in the row', async () => {
  const { conversationId: id } = await converse(house.store, mira, { said: 'Kept name', answer: 'Yes' })
  for (const title of ['', ' \n ', 'x'.repeat(maxTitleLength + 1)]) {
    const answer = await send('POST', `/c/${id}/title`, { title })
    assert.equal(answer.statusCode, 422)
    shows(answer.body, /aria-invalid="true"/)
  }
  assert.equal((await house.store.conversations.find(mira.id, id))?.title, 'Kept name')
})

test('a deleted conversation leaves the list with a way back, and comes back by it', async () => {
  const { conversationId: id } = await converse(house.store, mira, { said: 'Short-lived', answer: 'Yes' })
  const gone = await send('DELETE', `/c/${id}`)
  hides(gone.body, new RegExp(`id="row-${id}"`))
  shows(gone.body, new RegExp(`hx-post="/c/${id}/restore"`))
  assert.equal((await get(`/c/${id}`)).statusCode, 404)
  const back = await send('POST', `/c/${id}/restore`)
  shows(back.body, new RegExp(`id="row-${id}"`))
  assert.equal((await get(`/c/${id}`)).statusCode, 200)
})

test('deleting the conversation that is open makes room for a new one', async () => {
  const { conversationId: id } = await converse(house.store, mira, { said: 'Open now', answer: 'Yes' })
  const answer = await send('DELETE', `/c/${id}`, {}, { 'hx-current-url': `http://localhost/c/${id}` })
  assert.equal(answer.headers['hx-push-url'], '/')
  shows(answer.body, /<hx-partial hx-target="#chat".*data-new="true"/s)
})

test('a search finds words whatever their accents and marks them', async () => {
  await converse(house.store, mira, { said: 'Das Überraschungsei', answer: 'Ja' })
  const { body } = await get('/fragments/conversations?q=uberraschung')
  shows(body, /<mark>Überraschung<\/mark>sei/)
  shows((await get('/fragments/conversations?q=nowhere%20%3Cb%3E')).body, /“nowhere &lt;b&gt;”/)
})

test('settings are kept, and what is out of bounds is refused', async () => {
  const { conversationId: id } = await converse(house.store, mira, { said: 'Settle', answer: 'Yes' })
  const form = { all: 'true', system_prompt: 'Be brief.\r\nBe kind.', temperature: '1.3', max_tokens: '800' }
  const saved = await send('POST', `/c/${id}/settings`, form)
  assert.equal(saved.headers['hx-trigger'], 'companions:settings-saved')
  const kept = await house.store.conversations.find(mira.id, id)
  assert.deepEqual(
    [kept?.systemPrompt, kept?.temperature, kept?.maxTokens],
    ['Be brief.\nBe kind.', 1.3, 800],
  )
  for (const bad of [
    { temperature: '2.1' },
    { temperature: 'warm' },
    { max_tokens: '0.5' },
    { max_tokens: '1e9' },
  ]) {
    assert.equal((await send('POST', `/c/${id}/settings`, { ...form, ...bad })).statusCode, 422)
  }
  assert.equal(
    (await send('POST', `/c/${id}/settings`, { all: 'true', system_prompt: 'x'.repeat(16_001) })).statusCode,
    422,
  )
})

test('a choice of model leaves the other settings as they are', async () => {
  const { conversationId: id } = await converse(house.store, mira, { said: 'Choose', answer: 'Yes' })
  await house.store.conversations.update(mira.id, id, { systemPrompt: 'Kept' })
  assert.equal((await send('POST', `/c/${id}/settings`, { model: 'tiny' })).statusCode, 204)
  const kept = await house.store.conversations.find(mira.id, id)
  assert.deepEqual([kept?.systemPrompt, kept?.model], ['Kept', 'tiny'])
  assert.equal((await send('POST', `/c/${id}/settings`, { model: 'x'.repeat(201) })).statusCode, 422)
})

test('a person steps through two wordings of a message', async () => {
  const first = await converse(house.store, mira, { said: 'First wording', answer: 'One' })
  const { conversationId } = first
  await converse(
    house.store,
    mira,
    { said: 'Second wording', answer: 'Two' },
    { conversationId, parentId: null },
  )
  const before = await get(`/c/${conversationId}`)
  shows(before.body, /Second wording.*2 of 2/s)
  const answer = await send('POST', `/c/${conversationId}/branch`, { message_id: first.messageId })
  assert.equal(answer.headers['x-leaf-id'], first.requestId)
  shows(answer.body, /First wording.*1 of 2.*One/s)
  hides(answer.body, /Second wording/)
})

test('an answer that still runs is shown as such and named to the browser', async () => {
  const { conversationId, requestId } = await converse(house.store, mira, { said: 'Take your time' })
  const { body } = await get(`/c/${conversationId}`)
  shows(body, new RegExp(`data-open-requests="${requestId}"`))
  shows(body, new RegExp(`id="m-${requestId}"[^>]*data-state="ready" aria-busy="true"`))
  shows((await get('/fragments/conversations')).body, /class="pulse"/)
})

test('a long conversation begins with its end and brings the rest when asked', async () => {
  let under = { conversationId: uuidv7(), parentId: null as string | null }
  for (let index = 0; index < 31; index += 1) {
    const { requestId } = await converse(
      house.store,
      mira,
      { said: `Question ${index}.`, answer: 'Yes' },
      under,
    )
    under = { ...under, parentId: requestId }
  }
  const { body } = await get(`/c/${under.conversationId}`)
  hides(body, /said-text"[^>]*>Question 0\./)
  const more = /hx-get="(\/fragments\/c\/[^"]+\/thread\?before=[^"]+)"/.exec(body)?.[1]
  assert.ok(more)
  const earlier = await get(more)
  shows(earlier.body, /said-text"[^>]*>Question 0\./)
  hides(earlier.body, /id="earlier"/)
})

test('the version is told anew, and a newer one offers itself', async () => {
  const same = await get('/fragments/version?shown=1.2.3')
  assert.equal(same.headers['cache-control'], 'no-store')
  hides(same.body, /Reload/)
  shows((await get('/fragments/version?shown=1.0.0')).body, /v1\.2\.3 is here\. Reload/)
  shows((await get('/')).body, /id="version"[^>]*hx-trigger="every 120s" hx-target="#version-text"/)
})

test('where there is no model, the page says how to get one', async () => {
  house.models = {
    models: [{ id: 'demo', backend: 'demo' }],
    backends: [{ name: 'demo', kind: 'demo', status: 'up' }],
    default_model: 'demo',
  }
  shows((await get('/')).body, /demo engine.*OLLAMA_BASE_URL/s)
  house.models = {
    models: [{ id: 'tiny', backend: 'ollama' }],
    backends: [{ name: 'ollama', kind: 'ollama', status: 'up' }],
  }
  hides((await get('/')).body, /OLLAMA_BASE_URL/)
  shows((await get('/fragments/models?selected=tiny')).body, /data-model-id="tiny"[^>]*aria-checked="true"/)
})

test('themes and the folded list are remembered from the first byte on', async () => {
  const dark = await get('/', { cookie: 'theme=dark; sidebar=closed' })
  shows(dark.body, /<html lang="en" data-theme="home-dark">/)
  shows(dark.body, /data-sidebar="closed"/)
  const odd = await get('/', { cookie: 'theme="><script>; sidebar=%; tz=../../etc' })
  assert.equal(odd.statusCode, 200)
  hides(odd.body, /data-theme=/)
})

test('the owner can sign out from the list, and a guest has nothing to sign out of', async () => {
  house.visitor = { ...mira, kind: 'owner' }
  const { body } = await get('/')
  shows(
    body,
    /<button type="button"[^>]* popovertarget="account-menu" aria-haspopup="menu"[^>]*>.*Account: .*Mira/,
  )
  shows(
    body,
    /<form method="post" action="\/sign-out"><div role="menu"[^>]*>\s*<a href="\/account" role="menuitem"[^>]*>.*\s*<button type="submit" role="menuitem"/,
  )
  hides(body, /in this browser only/)
  house.visitor = mira
  const guest = await get('/')
  hides(guest.body, /sign-out|account-menu/)
  shows(guest.body, /in this browser only/)
})
