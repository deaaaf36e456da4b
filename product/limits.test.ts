import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { say, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'

// The limit ends with the day: just before that a page says 'soon' and not when.
const clock = fileURLToPath(new URL('../testing/clock/noon.ts', import.meta.url))
const stage = useHouse({ hubEnvironment: { TOKENS_PER_DAY: '1', NODE_OPTIONS: `--import ${clock}` } })

test('who is past a limit reads when it goes on and what waits behind, and can take the message back', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=5')
    await untilSettled(page)
    await say(page, 'second')
    const second = page.locator('.turn.reply').nth(1)
    await second
      .getByText(/^Not taken yet, sent again at \d\d:\d\d\. This house’s limit of 1 token a day/)
      .waitFor()
    await say(page, 'third')
    const third = page.locator('.turn.reply').nth(2)
    await third.getByText('Goes out after the message before it').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('.said-text', { hasText: 'second' }).waitFor({ state: 'detached' })
    assert.equal(await page.locator('#composer-text').inputValue(), 'second')
    await second.getByText(/^Not taken yet/).waitFor()
    assert.equal(await page.locator('.turn.reply').count(), 2)
  }))
