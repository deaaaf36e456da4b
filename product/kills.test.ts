import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastReply, replyText, say, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { hubAway } from '../testing/house/visit.ts'
import { countedTo } from '../testing/workers/counting.ts'

const stage = useHouse()

const whole = countedTo(90).trim()

test('a reply whose worker is killed is finished by another, each token once', () =>
  stage.visit(async ({ page }) => {
    // The model waits at a token, so that the reply can't be over before its worker is.
    await stage.house.ollama.setFault({ kind: 'stall', afterTokens: 60 }, { requests: 1 })
    await say(page, 'tokens=90 rate=30')
    await untilReplyHolds(page, 't10')
    await stage.house.killWorker()
    // They stand until another worker comes, which is not started before they were read.
    await lastReply(page).getByText('Picking the answer up again').waitFor()
    await stage.house.addWorker()
    await untilSettled(page)
    assert.equal(await replyText(page), whole)
  }))

test('a reply goes on over the end of its hub and its return', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=90 rate=30')
    await untilReplyHolds(page, 't10')
    await stage.house.killHub()
    await stage.house.restartHub()
    await untilSettled(page)
    assert.equal(await replyText(page), whole)
  }, hubAway))

test('a reply goes on over the end of the bus and its return', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=90 rate=30')
    await untilReplyHolds(page, 't10')
    await stage.house.nats.kill()
    await stage.house.nats.restart()
    await untilSettled(page)
    assert.equal(await replyText(page), whole)
    await say(page, 'tokens=3')
    await untilSettled(page, 2)
  }))

test('what is asked while the bus is away is answered when it is back', () =>
  stage.visit(async ({ page }) => {
    await say(page, 'tokens=2')
    await untilSettled(page)
    await stage.house.nats.kill()
    await say(page, 'tokens=5')
    await page.locator('.turn.said[data-state=sent]').nth(1).waitFor()
    await stage.house.nats.restart()
    await untilSettled(page, 2)
    assert.equal(await replyText(page), countedTo(5).trim())
  }))
