import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fastify } from 'fastify'
import type { Page } from 'playwright-core'
import { buildAssets } from '../../server/assets/build.ts'
import { loadAssets } from '../../server/assets/load.ts'
import { registerAssets } from '../../server/assets/routes.ts'
import { registerSecurityHeaders } from '../../server/security-headers.ts'
import { launchChromium } from '../../testing/servers/chromium.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { spokenSound, wavOf } from '../../testing/voice/spoken-sound.ts'

const rateHz = 48_000
/** Two utterances, the second with a breath in it. */
const voices = [
  [3, 4.5],
  [6, 7],
  [7.4, 8.3],
] as const

declare global {
  /** What the page heard so far. */
  var heard: { frames: number; events: string[] } | undefined
}

test('what a real browser hears of its microphone comes as frames, in which both utterances are found', async () => {
  await using closing = new AsyncDisposableStack()
  const folder = await mkdtemp(path.join(os.tmpdir(), 'microphone-'))
  closing.defer(() => rm(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'spoken.wav')
  await writeFile(file, wavOf(spokenSound(rateHz, 10, voices), rateHz))
  const browser = closing.adopt(await launchChromium({ args: fakeMicrophone(file) }), (one) => one.close())
  const page = await browser.newPage()
  const flaws: string[] = []
  page.on('console', (message) => message.type() === 'error' && flaws.push(message.text()))
  const { url, app } = await emptyPage(folder)
  closing.defer(() => app.close())
  await page.goto(url)
  await listen(page)
  const heard = await waitUntil(
    'both utterances have ended',
    async () => {
      const so = await page.evaluate(() => globalThis.heard)
      return so && so.events.filter((one) => one === 'end').length === 2 && so
    },
    { timeoutMs: 30_000 },
  )
  assert.deepEqual(heard.events, ['begin', 'end', 'begin', 'end'])
  assert.ok(heard.frames > 300, `${heard.frames} frames`)
  assert.deepEqual(flaws, [])
})

const fakeMicrophone = (file: string): string[] => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-audio-capture=${file}%noloop`,
  '--autoplay-policy=no-user-gesture-required',
]

/** A page of the house with nothing on it, under the policy that all have. */
async function emptyPage(folder: string) {
  const outDir = path.join(folder, 'assets')
  await buildAssets({ root: path.resolve(import.meta.dirname, '../..'), outDir })
  const assets = await loadAssets(outDir)
  const app = fastify()
  registerSecurityHeaders(app, assets, { publicUrl: '' })
  registerAssets(app, assets)
  app.get('/', (_, reply) =>
    reply
      .type('text/html')
      .send(
        `<!doctype html><link rel="icon" href="data:,"><script type="importmap">${assets.importMap}</script>`,
      ),
  )
  return { app, url: await app.listen({ port: 0, host: '127.0.0.1' }) }
}

const listen = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const load = (name: string) => import(`/assets/voice/${name}.js`)
    const { openMicrophone }: typeof import('./microphone.ts') = await load('microphone')
    const { VoiceActivity }: typeof import('./voice-activity.ts') = await load('voice-activity')
    const events: string[] = []
    const heard = { frames: 0, events }
    globalThis.heard = heard
    const activity = new VoiceActivity({
      onBegin: () => events.push('begin'),
      onFrame: () => {},
      onPause: () => {},
      onResume: () => {},
      onCut: () => events.push('cut'),
      onEnd: (isSpeech) => events.push(isSpeech ? 'end' : 'drop'),
    })
    await openMicrophone(new AudioContext(), {
      onFrame: (frame) => {
        heard.frames += 1
        activity.hear(frame)
      },
      onLost: () => events.push('lost'),
    })
  })
