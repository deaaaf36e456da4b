import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { feelTargets } from '../testing/house/feel-targets.ts'
import { lastReply, say, untilAlive, untilReplyHolds, untilSettled } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { type VisitOptions, type Visitor, visit } from '../testing/house/visit.ts'
import { launchChromium } from '../testing/servers/chromium.ts'
import { waitUntil } from '../testing/servers/wait-until.ts'
import { spokenSound, wavOf } from '../testing/voice/spoken-sound.ts'
import { offerCalls, standInForCalls } from '../testing/voice/stand-in-calls.ts'

const text =
  'Good morning, it is a fine day. The harbour is quiet at this hour. The boats lie still in the water.'
const stage = useHouse({ answer: () => ({ text, ratePerSecond: 0 }) })
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const

/** Somebody speaks after two seconds, and once more after twelve: by then a slow machine has said the first piece, too. */
const voices = [
  [2, 3.2],
  [12, 13.5],
] as const
let browser: Browser
let folder: string

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'call-'))
  const file = path.join(folder, 'spoken.wav')
  await writeFile(file, wavOf(spokenSound(48_000, 16, voices), 48_000))
  browser = await launchChromium({
    args: [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${file}%noloop`,
    ],
  })
})

after(async () => {
  await browser.close()
  await rm(folder, { recursive: true, force: true })
})

const call = (act: (visitor: Visitor) => Promise<void>, options?: VisitOptions) =>
  visit(browser, stage.house.url, act, options)

const bar = (page: Page) => page.locator('.call-bar')
const untilState = (page: Page, state: string) => page.locator(`.call-bar[data-state=${state}]`).waitFor()
const focused = (page: Page) => page.evaluate(() => document.activeElement?.className ?? '')
const button = (page: Page, label: string) => bar(page).getByRole('button', { name: label })

test('what is said is a message, its answer is read, and words over it stop it where it was heard', () =>
  call(async ({ page }) => {
    const calls = await standInForCalls(page)
    calls.words = ['How is the day?', 'And what of the night?']
    calls.soundS = 4
    await page.getByRole('button', { name: /^Call / }).click()
    await untilState(page, 'listening')
    assert.match(await focused(page), /call-bar/)
    await untilState(page, 'hearing')
    await untilState(page, 'speaking')
    assert.equal(await page.locator('.said-text').textContent(), 'How is the day?')
    await waitUntil('it was interrupted', async () => calls.sent.some(({ type }) => type === 'chat.cancel'))
    const [first, second] = await waitUntil('both were said', async () => {
      const sends = calls.sent.filter((frame) => frame.type === 'chat.send')
      return sends.length === 2 && sends
    })
    assert.deepEqual([first?.speak, second?.speak], [true, true])
    const cancel = calls.sent.find((frame) => frame.type === 'chat.cancel')
    assert.ok(cancel?.type === 'chat.cancel' && cancel.request_id === first?.request_id)
    const heard = text.slice(0, cancel.heard_offset)
    assert.match(heard, /^Good morning,.*\S$/)
    assert.match(text.slice(heard.length), /^\s/)
    await untilState(page, 'speaking')
    const said = calls.sent.filter((frame) => frame.type === 'call.say').map((frame) => frame.text)
    assert.deepEqual(said.slice(0, 2), [
      'Good morning,',
      'it is a fine day. The harbour is quiet at this hour.',
    ])
    await button(page, 'Stop speaking').click()
    await untilState(page, 'listening')
    assert.match(await focused(page), /call-bar/)
    await button(page, 'End the call').click()
    await bar(page).waitFor({ state: 'hidden' })
    assert.match(await focused(page), /composer-call/)
    assert.equal(calls.sent.at(-1)?.type, 'call.end')
    await untilSettled(page, 2)
  }))

test('a call outlives its socket: what was being said is heard by who has nothing of it', () =>
  call(async ({ page }) => {
    const calls = await standInForCalls(page)
    calls.words = ['Are you still there?']
    await page.getByRole('button', { name: /^Call / }).click()
    await untilState(page, 'hearing')
    calls.drop()
    await page.locator('.said-text').getByText('Are you still there?').waitFor()
    await untilState(page, 'speaking')
    const begun = calls.sent.filter(({ type }) => type === 'call.start')
    assert.deepEqual(begun, [begun[0], begun[0]])
  }))

test('one types beside a call as ever, and mutes by the keyboard; Escape does not end it', () =>
  call(async ({ page }) => {
    await standInForCalls(page)
    await page.getByRole('button', { name: /^Call / }).press('Enter')
    await untilState(page, 'listening')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    assert.match(await focused(page), /call-mute/)
    await page.keyboard.press('Enter')
    await untilState(page, 'muted')
    await button(page, 'Mute').press('Enter')
    await untilState(page, 'listening')
    await say(page, 'Typed')
    await untilReplyHolds(page, 'Good morning')
    assert.equal(await bar(page).isVisible(), true)
  }))

test('a call ends with its conversation, which is told', () =>
  call(async ({ page }) => {
    const calls = await standInForCalls(page)
    await say(page, 'Words')
    await untilSettled(page)
    await page.getByRole('button', { name: /^Call / }).click()
    await untilState(page, 'listening')
    await page.locator('#new-conversation').click()
    await page.getByText('The call ended when you left its conversation.').waitFor()
    assert.equal(await bar(page).isVisible(), false)
    assert.equal(calls.sent.at(-1)?.type, 'call.end')
  }))

test('a page that is left tells the hub, while its socket is open, that the call is over', () =>
  call(async ({ page }) => {
    await page.addInitScript(noteCallFrames)
    await page.reload()
    await untilAlive(page)
    await offerCalls(page)
    await page.getByRole('button', { name: /^Call / }).click()
    const stateAt = (type: string) => page.evaluate((key) => sessionStorage.getItem(key), type)
    await waitUntil('it was begun', async () => (await stateAt('call.start')) !== null)
    await page.reload()
    assert.equal(await stateAt('call.end'), String(WebSocket.OPEN))
  }))

/** A test hears nothing of what a page sends in its last moment, so the page notes it, and how its socket is then. */
function noteCallFrames(): void {
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (this: WebSocket, data: string | BufferSource | Blob) {
    const text = data instanceof Uint8Array ? new TextDecoder().decode(data) : ''
    for (const type of ['call.start', 'call.end'])
      if (text.includes(type)) sessionStorage.setItem(type, String(this.readyState))
    send.call(this, data)
  }
}

test('past the limit of calls the hub’s words stand there, and one can call here instead', () =>
  call(async ({ page }) => {
    const calls = await standInForCalls(page)
    const detail = 'You are in a call elsewhere.'
    calls.refusal = { code: 'rate_limited', detail }
    await page.getByRole('button', { name: /^Call / }).click()
    await bar(page).getByText(detail).waitFor()
    await button(page, 'Call here instead').click()
    await untilState(page, 'listening')
    assert.equal(await bar(page).getByText(detail).isVisible(), false)
  }))

test('without a microphone it says so, and the bar can be closed', () =>
  stage.visit(async ({ page }) => {
    const calls = await standInForCalls(page)
    await page.getByRole('button', { name: /^Call / }).click()
    await untilState(page, 'failed')
    assert.match((await bar(page).locator('.call-note').textContent()) ?? '', /microphone/i)
    assert.equal(
      calls.sent.some(({ type }) => type === 'call.start'),
      false,
    )
    await button(page, 'Close').click()
    await bar(page).waitFor({ state: 'hidden' })
  }))

test('where a house takes no calls nothing offers one', () =>
  stage.visit(async ({ page }) => {
    await untilAlive(page)
    assert.equal(await page.locator('.composer-call').isVisible(), false)
    assert.equal(await bar(page).isVisible(), false)
  }))

async function assertWhole(page: Page, where: string, isTouched: boolean): Promise<void> {
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => one))))
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  assert.deepEqual(
    violations.flatMap(({ id, nodes }) => nodes.map((node) => `${where}: ${id} at ${node.target}`)),
    [],
  )
  const dock = page.locator('.composer-dock')
  const parts = await dock
    .locator('button:visible, .call-bar:visible, .call-words > :visible, textarea')
    .all()
  const width = page.viewportSize()?.width ?? 0
  for (const part of parts) {
    const box = await part.boundingBox()
    assert.ok(box && box.x >= 0 && box.x + box.width <= width + 1, `${where}: ${await part.innerHTML()}`)
  }
  if (isTouched) assert.deepEqual((await feelTargets(page, '.composer-dock')).small, [], where)
  if (await bar(page).isVisible()) await assertInLine(page, where)
}

/** What ends the call stands above what sends, the meter above the first of the words one types. */
async function assertInLine(page: Page, where: string): Promise<void> {
  const edges = await page.evaluate(() => {
    const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect()
    const field = document.querySelector('#composer-text')
    const meter = box('.call-meter')
    const words =
      field && field.getBoundingClientRect().x + Number.parseFloat(getComputedStyle(field).paddingLeft)
    return [
      [box('.call-end')?.right, box('.composer-send')?.right],
      [meter?.width ? meter.x : words, words],
    ]
  })
  for (const [one, other] of edges) assert.equal(one, other, where)
}

/** Brings up a toast and takes it away. */
async function assertToastClear(page: Page): Promise<void> {
  const words = 'The call ended when you left its conversation.'
  await page.evaluate(
    (detail) => document.body.dispatchEvent(new CustomEvent('companions:toast', { detail })),
    words,
  )
  const card = page.locator('.toast-card').getByText(words).locator('..')
  const [toast, dock] = [await card.boundingBox(), await page.locator('.composer-dock').boundingBox()]
  assert.ok(toast && dock && toast.y >= 0 && toast.y + toast.height <= dock.y)
  await card.getByRole('button', { name: 'Dismiss' }).click()
  await card.waitFor({ state: 'hidden' })
}

/** On a phone the note of a call that failed has the bar's width, below what one can do about it. */
async function assertNoteBelow(page: Page): Promise<void> {
  const [note, end, whole] = await Promise.all(
    ['.call-note', '.call-end', '.call-bar'].map((one) => page.locator(one).boundingBox()),
  )
  assert.ok(note && end && whole && note.y >= end.y + end.height && note.width > 0.85 * whole.width)
}

const looks = {
  'a wide light window': { viewport: { width: 1_440, height: 900 }, colorScheme: 'light' },
  'a dark phone': { ...phone, colorScheme: 'dark' },
  'a phone of 320 px': { ...phone, viewport: { width: 320, height: 568 } },
  'a window of 1280 px at 200 %': { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
} as const

for (const [look, options] of Object.entries(looks))
  test(`the call’s button and bar fit ${look}, and axe finds nothing in them`, () =>
    call(
      async ({ page }) => {
        const isTouched = 'hasTouch' in options
        const calls = await standInForCalls(page)
        calls.refusal = { code: 'speech_unavailable', detail: '' }
        calls.words = ['Tell me']
        calls.soundS = 10
        await assertWhole(page, 'the button', isTouched)
        await page.getByRole('button', { name: /^Call / }).click()
        await untilState(page, 'failed')
        await assertWhole(page, 'refused', isTouched)
        if (isTouched) await assertNoteBelow(page)
        await assertToastClear(page)
        calls.refusal = undefined
        await button(page, 'Try again').click()
        await untilState(page, 'listening')
        await assertWhole(page, 'listening', isTouched)
        await untilState(page, 'speaking')
        await assertWhole(page, 'speaking', isTouched)
        await untilReplyHolds(page, 'Good morning')
        assert.equal(await lastReply(page).isVisible(), true)
      },
      { reducedMotion: 'reduce', ...options },
    ))
