import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { converse } from '../../testing/pages/open-house.ts'
import { fragment, hides, shows, usePages } from '../../testing/pages/use-pages.ts'

const pages = usePages()

test('a new conversation has an id of its own, openers, and is kept by no cache', async () => {
  const [one, two] = [await pages.get('/'), await pages.get('/')]
  const idOf = (body: string) => /data-conversation-id="([^"]+)"/.exec(body)?.[1]
  assert.ok(idOf(one.body))
  assert.notEqual(idOf(one.body), idOf(two.body))
  shows(one.body, /data-new="true"/)
  assert.equal(one.body.match(/data-action="opener"/g)?.length, 3)
  assert.equal(one.headers['cache-control'], 'no-store')
})

test('a room says whether its person can call, and waits for no slow worker to find out', async (t) => {
  const { conversationId } = await converse(pages.house.store, pages.mira, { said: 'Hello', answer: 'Hi' })
  const says = async (canCall: string) => {
    for (const path of ['/', `/c/${conversationId}`])
      shows((await pages.get(path)).body, new RegExp(`<main id="chat"[^>]* data-calls="${canCall}"`))
  }
  await says('false')
  t.after(() => {
    pages.house.canCall = async () => false
  })
  pages.house.canCall = async () => true
  await says('true')
  const never = Promise.withResolvers<boolean>()
  pages.house.canCall = () => never.promise
  await says('false')
})

test('a room that is gone is shown in its place, beside the list', async () => {
  const page = await pages.get(`/c/${uuidv7()}`)
  shows(page.body, /id="sidebar"/)
  shows(page.body, /<main id="chat"[^>]*data-room="error"/)
  const piece = await pages.get(`/c/${uuidv7()}`, { ...fragment, 'hx-target': 'main#chat' })
  shows(piece.body, /^<title>.*<main id="chat"/s)
  hides(piece.body, /id="sidebar"/)
})

test('a person steps through two wordings of a message', async () => {
  const first = await converse(pages.house.store, pages.mira, { said: 'First wording', answer: 'One' })
  const { conversationId } = first
  await converse(
    pages.house.store,
    pages.mira,
    { said: 'Second wording', answer: 'Two' },
    { conversationId, parentId: null },
  )
  const before = await pages.get(`/c/${conversationId}`)
  shows(before.body, /Second wording.*2 of 2/s)
  const answer = await pages.send('POST', `/c/${conversationId}/branch`, { message_id: first.messageId })
  assert.equal(answer.headers['x-leaf-id'], first.requestId)
  shows(answer.body, /First wording.*1 of 2.*One/s)
  hides(answer.body, /Second wording/)
})

test('an answer that still runs is shown as such', async () => {
  const { conversationId, requestId } = await converse(pages.house.store, pages.mira, {
    said: 'Take your time',
  })
  const { body } = await pages.get(`/c/${conversationId}`)
  shows(body, new RegExp(`id="m-${requestId}"[^>]*data-state="ready" aria-busy="true"`))
  shows((await pages.get('/fragments/conversations')).body, /class="pulse"/)
})

test('a long conversation begins with its end and brings the rest when asked', async () => {
  let under = { conversationId: uuidv7(), parentId: null as string | null }
  for (let index = 0; index < 31; index += 1) {
    const { requestId } = await converse(
      pages.house.store,
      pages.mira,
      { said: `Question ${index}.`, answer: 'Yes' },
      under,
    )
    under = { ...under, parentId: requestId }
  }
  const { body } = await pages.get(`/c/${under.conversationId}`)
  hides(body, /said-text"[^>]*>Question 0\./)
  const more = /hx-get="(\/fragments\/c\/[^"]+\/thread\?before=[^"]+)"/.exec(body)?.[1]
  assert.ok(more)
  const earlier = await pages.get(more)
  shows(earlier.body, /said-text"[^>]*>Question 0\./)
  hides(earlier.body, /id="earlier"/)
})
