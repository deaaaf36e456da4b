import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startOllamaStandIn } from '../testing/backends/ollama-stand-in.ts'
import { startHome } from '../testing/house/start-home.ts'
import { replyText, say, untilAlive, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { visit } from '../testing/house/visit.ts'
import { launchChromium } from '../testing/servers/chromium.ts'
import { countedTo } from '../testing/workers/counting.ts'

test('a reader sees a reply to its end, each token once, and the new version, over a rollout', async () => {
  await using stack = new AsyncDisposableStack()
  const ollama = stack.adopt(await startOllamaStandIn(), (one) => one.stop())
  const home = stack.use(await startHome({ OLLAMA_BASE_URL: ollama.url }))
  const browser = stack.adopt(await launchChromium(), (one) => one.close())
  await visit(browser, home.url, async ({ page, openTab }) => {
    // Where nothing was said yet, there is nothing to ask for when the socket is back.
    await untilAlive(await openTab('/'))
    await say(page, 'tokens=300 rate=30')
    await untilReplyHolds(page, 't10')
    await home.setVersion('9.9.9')
    const rollout = await home.rollOut()
    assert.deepEqual([rollout.code, rollout.lines.at(-1)], [0, 'The rollout is done.'])
    await page.locator('.version-new', { hasText: 'v9.9.9 is here' }).waitFor()
    await untilSettled(page)
    assert.equal(await replyText(page), countedTo(300).trim())
  })
})
