import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectBus } from '../bus/nats/connection.ts'
import { startHouse } from '../testing/house/start-house.ts'
import { lastReply, replyText, say, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { visit } from '../testing/house/visit.ts'
import { beginLog, startScriptedWorker } from '../testing/hub/scripted-worker.ts'
import { launchChromium } from '../testing/servers/chromium.ts'

test('an answer whose end the bus lost before it was stored is followed once more, and can be stopped', async () => {
  await using stack = new AsyncDisposableStack()
  const house = stack.use(await startHouse({ workers: 0 }))
  const browser = stack.adopt(await launchChromium(), (one) => one.close())
  const bus = connectBus({ url: house.nats.url, name: 'scripted-worker', role: 'worker' })
  stack.defer(() => bus.close())
  const written = Promise.withResolvers<void>()
  const looked = Promise.withResolvers<void>()
  let deliveries = 0
  const worker = startScriptedWorker(bus, async (request) => {
    deliveries += 1
    const log = await beginLog(bus, request)
    if (deliveries === 1) {
      await log.say('The first words.')
      // The worker dies here: the end is in the log, and the whole answer was not published.
      const timings = { duration_ms: 5 }
      await log.write({ type: 'done', length: 16, finish_reason: 'stop', usage: {}, timings })
      written.resolve()
      return undefined
    }
    await log.say('The same in other words.')
    await looked.promise
    await log.finish()
    return undefined
  })
  stack.defer(async () => {
    looked.resolve()
    await worker.drain()
  })
  await visit(browser, house.url, async ({ page }) => {
    await say(page, 'Hello')
    await untilReplyHolds(page, 'The first words')
    await written.promise
    await house.nats.restart({ wipe: true })
    await untilReplyHolds(page, 'The same in other words', 60_000)
    await page.getByRole('button', { name: 'Stop' }).first().waitFor()
    looked.resolve()
    await untilSettled(page)
    assert.equal(await replyText(page), 'The same in other words.')
    assert.equal(await lastReply(page).getAttribute('data-state'), 'answered')
  })
})
