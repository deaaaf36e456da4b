import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startHouse } from '../testing/house/start-house.ts'
import { lastReply, replyText, say, untilAlive, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { visit } from '../testing/house/visit.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse({
  // One that could go on would do so, as long as it comes further each time.
  models: [{ name: 'counting', canContinue: false }, 'other'],
  workerEnvironment: { OLLAMA_TIMEOUT: '3s' },
})
afterEach(() => stage.house.ollama.setFault(undefined))

const statusOf = async (page: Page) =>
  ((await lastReply(page).locator('.reply-status').textContent()) ?? '').trim()

async function tryAgain(page: Page): Promise<void> {
  await untilAlive(page)
  const failed = await lastReply(page).getAttribute('data-message-id')
  await lastReply(page).getByRole('button', { name: 'Try again' }).click()
  await waitUntil('another answer takes its place', async () => {
    const id = await lastReply(page).getAttribute('data-message-id')
    return id !== failed
  })
}

test('a model that goes silent is called silent, and trying again helps', () =>
  stage.visit(async ({ page }) => {
    await stage.house.ollama.setFault({ kind: 'stall', afterTokens: 0 })
    await say(page, 'tokens=12')
    await untilSettled(page)
    assert.equal(await lastReply(page).getAttribute('data-state'), 'failed')
    assert.match(await statusOf(page), /^The model went silent\./)
    await stage.house.ollama.setFault(undefined)
    await tryAgain(page)
    await untilSettled(page)
    assert.equal(await replyText(page), countedTo(12).trim())
    assert.equal(await statusOf(page), '')
  }))

test('a model that fails in mid-stream is said to have failed', () =>
  stage.visit(async ({ page }) => {
    await stage.house.ollama.setFault({ kind: 'error-line', afterTokens: 4, message: 'out of memory' })
    await say(page, 'tokens=60 rate=200')
    await untilSettled(page)
    assert.match(await statusOf(page), /^The model failed while answering\./)
    assert.ok((await replyText(page)).startsWith('t0 t1 t2 t3'))
  }))

test('a model that is not installed any more is named as missing', () =>
  stage.visit(async ({ page }) => {
    await stage.house.ollama.setFault({ kind: 'model-missing' })
    await say(page, 'tokens=3')
    await untilSettled(page)
    assert.match(await statusOf(page), /^This model is not installed\./)
  }))

test('a failure stands there as the server renders it before the store has it', () =>
  stage.visit(async ({ page }) => {
    let letIn = () => {}
    const isLetIn = new Promise<void>((resolve) => {
      letIn = resolve
    })
    await page.route('**/messages/*', async (route) => {
      await isLetIn
      await route.continue()
    })
    await stage.house.ollama.setFault({ kind: 'model-missing' })
    await say(page, 'tokens=3')
    const status = lastReply(page).locator('.reply-status')
    await status.getByRole('button', { name: 'Try again' }).waitFor()
    assert.equal(await lastReply(page).locator('.meta-time').count(), 0)
    const before = await status.innerHTML()
    letIn()
    await untilSettled(page)
    assert.equal(before, await status.innerHTML())
  }))

test('a model server that cannot be reached is said to be away, and found again without a restart', () =>
  stage.visit(async ({ page }) => {
    await stage.house.ollama.setFault({ kind: 'refuse' }, { paths: 'all' })
    await say(page, 'tokens=3')
    await untilSettled(page)
    assert.match(await statusOf(page), /^The model could not be reached\./)
    await stage.house.ollama.setFault(undefined)
    await tryAgain(page)
    await untilSettled(page)
    assert.equal(await replyText(page), countedTo(3).trim())
  }))

test('while a model pauses in its answer the page says that it is still at work', async () => {
  const patient = { OLLAMA_TIMEOUT: '30s' }
  await using house = await startHouse({ workerEnvironment: patient })
  await visit(stage.browser, house.url, async ({ page }) => {
    await house.ollama.setFault({ kind: 'stall', afterTokens: 4 })
    await say(page, 'tokens=12')
    await lastReply(page).getByText('Still working on it').waitFor()
    await page.locator('#composer-send[data-mode=stop]').click()
    await untilSettled(page)
    // Nobody thinks while a server that fails is asked again.
    await house.ollama.setFault({ kind: 'status', status: 500, message: 'no memory' })
    await say(page, 'tokens=3')
    await lastReply(page).getByText('Still waiting for the first word').waitFor()
    await page.locator('#composer-send[data-mode=stop]').click()
    await untilSettled(page, 2)
  })
})
