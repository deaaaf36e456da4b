import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lastReply, replyText, say, untilAlive, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'

// Each in a house of its own, where it waits more than it works.
describe('a house without a model', { concurrency: 3 }, () => {
  const stage = useHouse({
    models: [],
    workerEnvironment: { DEMO: 'auto', OLLAMA_BASE_URL: 'http://127.0.0.1:9' },
  })

  test('without any model a demo answers, and says that it is one', () =>
    stage.visit(async ({ page }) => {
      await page.locator('#welcome').getByText('There is no model here yet.').waitFor()
      await page.locator('#model').click()
      const inMenu = page.locator('#model-menu')
      await inMenu.getByRole('menuitemradio', { name: 'Demo engine' }).last().waitFor()
      assert.equal(await inMenu.locator('.advice').isVisible(), false, 'it stands in the welcome already')
      await page.keyboard.press('Escape')
      await say(page, 'Hello!')
      await untilSettled(page)
      await page.locator('#model').click()
      await inMenu.locator('.advice').waitFor()
      assert.match(await replyText(page), /demo/i)
      assert.match((await lastReply(page).locator('.meta-model').textContent()) ?? '', /demo/i)
      assert.equal(await page.locator('.model-name').textContent(), 'Demo engine')
    }))

  const empty = useHouse({ models: [], workerEnvironment: { DEMO: 'auto' } })

  test('a person whose Ollama has no model is answered by the demo and reads how to get one', () =>
    empty.visit(async ({ page }) => {
      const advice = page.locator('#welcome .advice')
      await advice.getByText('ollama pull llama3.2').waitFor()
      assert.match((await advice.textContent()) ?? '', /no model here yet\..*demo engine.*Give Ollama one/)
      assert.equal(await page.locator('.model-name').textContent(), 'Demo engine')
      await say(page, 'Hello!')
      await untilSettled(page)
      assert.match(await replyText(page), /demo/i)
    }))

  const late = useHouse({ workerEnvironment: { DEMO: 'auto' } })

  test('a model server that comes while the page is open is named there without a reload', async () => {
    await late.house.ollama.setFault({ kind: 'refuse' }, { paths: 'all' })
    await late.visit(async ({ page }) => {
      // The page asks every 30 s of its clock, the hub keeps an answer for 5 s, and the worker looks every 5 s.
      const called = (name: RegExp) =>
        waitUntil(
          `the button says ${name}`,
          async () => {
            const asked = page.waitForResponse('**/fragments/models?*')
            await page.clock.fastForward('00:30')
            await asked
            return name.test((await page.locator('.model-name').textContent()) ?? '')
          },
          { timeoutMs: 60_000, intervalMs: 500 },
        )
      await page.clock.install()
      await page.reload()
      await untilAlive(page)
      await called(/^Demo engine$/)
      await page.locator('#welcome').getByText('There is no model here yet.').waitFor()
      await late.house.ollama.setFault(undefined)
      await called(/^counting/)
      assert.equal(await page.locator('#welcome .advice').count(), 0)
      await page.locator('#model').click()
      await page.getByRole('menuitemradio', { name: /^counting/ }).waitFor()
    })
  })
})
