import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchFrames } from '../testing/house/frames.ts'
import { replyText, say, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse()

test('a reply is written anew when the bus comes back empty, and the page need not ask for it', () =>
  stage.visit(async ({ page }) => {
    const { sent } = await watchFrames(page)
    // The model waits at a token, so that the reply can't be over before the bus is.
    await stage.pauseReplies(30)
    await say(page, 'tokens=90 rate=60')
    await untilReplyHolds(page, 't10')
    await stage.house.nats.kill()
    await stage.house.nats.restart({ wipe: true })
    await stage.goOn()
    await untilSettled(page, 1, 60_000)
    assert.equal(await replyText(page), countedTo(90).trim())
    assert.deepEqual(
      sent.map(({ type }) => type).filter((type) => type !== 'ping'),
      ['chat.send'],
    )
  }))
