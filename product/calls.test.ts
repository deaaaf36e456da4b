import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { startSpeechServer } from '../testing/backends/speech-server.ts'
import { type Spoken, toneSpeech } from '../testing/backends/tone-speech.ts'
import { replyText, say, untilAlive, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { hubAway } from '../testing/house/visit.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { giveMicrophone, speakInto } from '../testing/voice/microphone.ts'

const phrases = ['Tell me of the fox', 'and of the hare', 'please', 'Stop there']
const speech = toneSpeech(phrases)
const server = await startSpeechServer({ phrases })
after(() => server.stop())

const story = 'A fox met a hare at night. They walked until the moon was high. Then both went home to sleep.'

const { visit, house } = withSpeech()
beforeEach(() => server.setFault(undefined))

function withSpeech() {
  const inUse = useHouse({
    hubEnvironment: { CONCURRENT_CALLS: '1' },
    workerEnvironment: { SPEECH_TO_TEXT_URL: server.baseUrl, TEXT_TO_SPEECH_URL: server.baseUrl },
    answer: (prompt) => (phrases.some((phrase) => prompt.includes(phrase)) ? { text: story } : undefined),
  })
  return { visit: inUse.visit, house: () => inUse.house }
}

/** Calls, and waits until the companion listens. */
async function call(page: Page): Promise<void> {
  await untilAlive(page)
  await page.locator('.composer-call').click()
  await untilCall(page, 'listening')
}

const untilCall = (page: Page, state: string): Promise<void> =>
  page.locator(`.call-bar[data-state=${state}]:not([hidden])`).waitFor()

const speak = (page: Page, ...parts: readonly Spoken[]): Promise<void> =>
  speakInto(page, speech.soundOf(parts, 48_000))

const saidTexts = (page: Page): Promise<string[]> => page.locator('.turn.said .said-text').allInnerTexts()

/** What the companion was asked to say since then, in the order in which it stands in the answer, each part once. */
const spoken = (since: number): string =>
  [...new Set(server.said.slice(since).map(({ input }) => input))].join(' ')

async function enter(page: Page, context: BrowserContext): Promise<void> {
  await giveMicrophone(context)
  await page.reload()
  await call(page)
}

test('what is said becomes a message, and its answer is said whole, in order', () =>
  visit(async ({ page, context }) => {
    await enter(page, context)
    const since = server.said.length
    await speak(page, phrases[0] ?? '')
    await untilCall(page, 'speaking')
    await untilSettled(page)
    await untilCall(page, 'listening')
    assert.deepEqual(await saidTexts(page), ['Tell me of the fox'])
    assert.equal(await replyText(page), story)
    assert.equal(spoken(since), story)
    await page.locator('.call-end').click()
    await page.locator('.call-bar').waitFor({ state: 'hidden' })
  }))

test('a worker that dies while it writes down what was said, or says an answer, costs no word', () =>
  visit(async ({ page, context }) => {
    await enter(page, context)
    const [heard, since] = [server.heard.length, server.said.length]
    await server.setFault({ kind: 'pause', afterTokens: 0 })
    await speak(page, phrases[0] ?? '', 100, phrases[1] ?? '')
    await waitUntil('it is being written down', () => server.heard.length > heard)
    await house().killWorker()
    await house().addWorker()
    await server.setFault(undefined)
    await untilReplyHolds(page, 'A fox met')
    await untilCall(page, 'speaking')
    await house().killWorker()
    await house().addWorker()
    await untilSettled(page)
    await untilCall(page, 'listening')
    assert.deepEqual(await saidTexts(page), ['Tell me of the fox and of the hare'])
    assert.equal(await replyText(page), story)
    assert.equal(spoken(since), story)
  }))

test('a hub that dies in mid-sentence has heard the whole of it when it is back', () =>
  visit(async ({ page, context }) => {
    await enter(page, context)
    const speaking = speak(page, phrases[0] ?? '', 100, phrases[1] ?? '', 100, phrases[2] ?? '')
    await untilCall(page, 'hearing')
    await house().killHub()
    await house().restartHub()
    await speaking
    await untilReplyHolds(page, 'A fox met')
    await untilSettled(page)
    await untilCall(page, 'listening')
    assert.deepEqual(await saidTexts(page), ['Tell me of the fox and of the hare please'])
  }, hubAway))

test('who speaks over the companion interrupts it, and what was not heard is not kept', () =>
  visit(async ({ page, context }) => {
    await enter(page, context)
    await speak(page, phrases[0] ?? '')
    await untilCall(page, 'speaking')
    await untilReplyHolds(page, 'to sleep.')
    await speak(page, phrases[3] ?? '')
    await page.locator('.turn.reply[data-state=cancelled]').waitFor()
    await untilSettled(page, 2)
    const [first = '', second = ''] = (await page.locator('.turn.reply .reply-body').allInnerTexts()).map(
      (text) => text.trim(),
    )
    assert.ok(story.startsWith(first) && first.length < story.length, `it kept "${first}"`)
    assert.equal(second, story)
    assert.deepEqual(await saidTexts(page), ['Tell me of the fox', 'Stop there'])
  }))

test('somebody who calls a second time may go on there, and the first call says that it ended', () =>
  visit(async ({ page, context, openTab }) => {
    await enter(page, context)
    const other = await openTab('/')
    await untilAlive(other)
    await other.locator('.composer-call').click()
    await untilCall(other, 'failed')
    await other.locator('.call-note').getByText('limit is 1 call').waitFor()
    await other.getByRole('button', { name: 'Call here instead' }).click()
    await untilCall(other, 'listening')
    await page.getByText('The call ended').first().waitFor()
    await page.locator('.call-bar').waitFor({ state: 'hidden' })
    await say(other, 'tokens=3')
    await untilSettled(other)
    await untilCall(other, 'listening')
  }))
