import assert from 'node:assert/strict'
import { test } from 'node:test'
import { converse } from '../../testing/pages/open-house.ts'
import { usePages } from '../../testing/pages/use-pages.ts'

const pages = usePages()

test('settings are kept, and what is out of bounds is refused', async () => {
  const { conversationId: id } = await converse(pages.house.store, pages.mira, {
    said: 'Settle',
    answer: 'Yes',
  })
  const form = { all: 'true', system_prompt: 'Be brief.\r\nBe kind.', temperature: '1.3', max_tokens: '800' }
  const saved = await pages.send('POST', `/c/${id}/settings`, form)
  assert.equal(saved.headers['hx-trigger'], 'companions:settings-saved')
  const kept = await pages.house.store.conversations.find(pages.mira.id, id)
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
    assert.equal((await pages.send('POST', `/c/${id}/settings`, { ...form, ...bad })).statusCode, 422)
  }
  assert.equal(
    (await pages.send('POST', `/c/${id}/settings`, { all: 'true', system_prompt: 'x'.repeat(16_001) }))
      .statusCode,
    422,
  )
})

test('a choice of model leaves the pages.other settings as they are', async () => {
  const { conversationId: id } = await converse(pages.house.store, pages.mira, {
    said: 'Choose',
    answer: 'Yes',
  })
  await pages.house.store.conversations.update(pages.mira.id, id, { systemPrompt: 'Kept' })
  assert.equal((await pages.send('POST', `/c/${id}/settings`, { model: 'tiny' })).statusCode, 204)
  const kept = await pages.house.store.conversations.find(pages.mira.id, id)
  assert.deepEqual([kept?.systemPrompt, kept?.model], ['Kept', 'tiny'])
  assert.equal((await pages.send('POST', `/c/${id}/settings`, { model: 'x'.repeat(201) })).statusCode, 422)
})
