import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRecord } from '../testing/backends/conversation.ts'
import { lastReply, say, untilAlive, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'

const stage = useHouse({ models: ['counting', 'poet'] })

/** What the model server was last asked for as a streamed reply; a title says so in its prompt. */
function lastAsked(): Record<string, unknown> {
  const asked = stage.house.ollama.requests
    .filter(({ path }) => path === '/api/chat')
    .map(({ body }) => (isRecord(body) ? body : {}))
    .filter((body) => !JSON.stringify(body).includes('Write a title of'))
  return asked.at(-1) ?? {}
}

test('system prompt, temperature and length of a conversation reach the model, and stay', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await say(page, 'tokens=2')
    await untilSettled(page)
    await page.getByRole('button', { name: 'Settings of this conversation' }).click()
    await page.locator('#system-prompt').fill('You speak in rhymes.')
    assert.equal(await page.locator('#temperature').isVisible(), false, 'the model’s own stands on no scale')
    assert.equal(await page.locator('#temperature-shown').textContent(), 'the model’s own')
    await page.locator('#temperature-own').uncheck()
    await page.locator('#temperature').waitFor()
    assert.equal(await page.locator('#temperature-shown').textContent(), '0.8')
    await page.locator('#temperature').fill('0.3')
    await page.locator('#max-tokens').selectOption('200')
    await page.locator('#settings').getByRole('button', { name: 'Save' }).click()
    await page.locator('#settings').waitFor({ state: 'hidden' })
    await say(page, 'tokens=300 rate=0')
    await untilSettled(page, 2)
    const { messages, options } = lastAsked()
    assert.deepEqual(Array.isArray(messages) && messages[0], {
      role: 'system',
      content: 'You speak in rhymes.',
    })
    assert.ok(isRecord(options))
    assert.deepEqual([options.temperature, options.num_predict], [0.3, 200])
    assert.equal(await lastReply(page).locator('.meta-end').textContent(), 'Reached the length limit')
    await page.reload()
    await untilAlive(page)
    await page.getByRole('button', { name: 'Settings of this conversation' }).click()
    assert.equal(await page.locator('#system-prompt').inputValue(), 'You speak in rhymes.')
    assert.equal(await page.locator('#temperature').inputValue(), '0.3')
    assert.equal(await page.locator('#max-tokens').inputValue(), '200')
  }))

test('there are no settings before there is a conversation', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    const settings = page.getByRole('button', { name: 'Settings of this conversation' })
    await settings.waitFor({ state: 'hidden' })
    await say(page, 'tokens=2')
    await settings.waitFor()
    await untilSettled(page)
  }))

test('the model that is chosen is the one that answers, also in the next message', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    await page.locator('#model').click()
    await page.getByRole('menuitemradio', { name: /poet/ }).click()
    assert.match((await page.locator('.model-name').textContent()) ?? '', /poet/)
    await say(page, 'tokens=2')
    await untilSettled(page)
    assert.equal(lastAsked().model, 'poet:latest')
    assert.match((await lastReply(page).locator('.meta-model').textContent()) ?? '', /poet/)
    await page.reload()
    assert.match((await page.locator('.model-name').textContent()) ?? '', /poet/)
    await say(page, 'tokens=3')
    await untilSettled(page, 2)
    assert.equal(lastAsked().model, 'poet:latest')
  }))
