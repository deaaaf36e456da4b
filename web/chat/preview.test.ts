import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Browser, Page } from 'playwright-core'
import { buildAssets } from '../../server/assets/build.ts'
import { type LoadedAssets, loadAssets } from '../../server/assets/load.ts'
import { xssPayloads } from '../../testing/payloads/markdown-xss.ts'
import { unsafeMarkup } from '../../testing/payloads/probe-page.ts'
import { launchChromium } from '../../testing/servers/chromium.ts'

const house = 'http://probe.invalid'
const root = path.resolve(import.meta.dirname, '../..')
let outDir: string
let assets: LoadedAssets
let browser: Browser
let page: Page
/** Requests for anything but the built files, and dialogs. */
const left: string[] = []

before(async () => {
  outDir = await mkdtemp(path.join(os.tmpdir(), 'preview-'))
  await buildAssets({ root, outDir })
  assets = await loadAssets(outDir)
  browser = await launchChromium()
  page = await browser.newPage()
  page.on('dialog', (dialog) => {
    left.push(dialog.message())
    void dialog.dismiss()
  })
  await page.route('**/*', (route) => {
    const { origin, pathname } = new URL(route.request().url())
    const file = origin === house ? assets.files.get(pathname) : undefined
    if (file) return route.fulfill({ contentType: file.contentType, body: file.plain })
    if (origin === house && pathname === '/')
      return route.fulfill({ contentType: 'text/html', body: blank() })
    left.push(route.request().url())
    return route.abort()
  })
  await page.goto(house)
})

after(async () => {
  await browser?.close()
  await rm(outDir, { recursive: true, force: true })
})

/** Without any policy, so that what stands in it is safe by itself. */
const blank = () =>
  `<!doctype html><script type="importmap">${assets.importMap}</script><main id="probe"></main>`

/** Shows each text after the other in one preview. @returns what stands there, as HTML, after the last. */
const shown = (texts: readonly string[], ends = true): Promise<string> =>
  page.evaluate(
    async ({ texts, ends, url }) => {
      const { Preview } = await import(url)
      const probe = document.createElement('main')
      probe.id = 'probe'
      document.body.replaceChildren(probe)
      const preview = new Preview(probe)
      for (const text of texts) preview.show(text)
      if (ends) preview.end()
      for (const link of probe.querySelectorAll('a'))
        link.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))
      return probe.innerHTML
    },
    { texts, ends, url: assets.url('chat/preview.js') },
  )

const grown = (text: string, step: number): string[] =>
  Array.from({ length: Math.ceil(text.length / step) }, (_, index) => text.slice(0, (index + 1) * step))

for (const step of [Infinity, 2, 3, 5, 7]) {
  const pieces = step === Infinity ? 'whole' : `in pieces of ${step}`
  test(`no script runs and no request leaves for hostile replies, ${pieces}`, async () => {
    left.length = 0
    for (const payload of xssPayloads) {
      await shown(step === Infinity ? [payload] : grown(payload, step))
      assert.deepEqual(await unsafeMarkup(page), [], payload)
    }
    assert.deepEqual(left, [])
  })
}

const snippets = [
  '# Title\n\n',
  'Some *emphasis*, **strong** and ~~struck~~ words.\n\n',
  '- one\n- two\n  - inner\n\n',
  '1. one\n2. two\n\n',
  '> Quoted\n> twice\n\n',
  '```js\nconst a = `b`\n```\n\n',
  '| A | B |\n| --- | --- |\n| 1 | 2 |\n\n',
  'See [the page](https://example.org/) or https://example.org/a.\n\n',
  '![picture](https://example.org/p.png) and [no](javascript:alert(1))\n\n',
  '- [x] done\n- [ ] open\n\n',
  'Snake_case, 2 * 3, $5 and `code`.\n\n',
  '👩‍🚀 你好 **世界**\n\n---\n\n',
]
const source = fc
  .array(fc.constantFrom(...snippets), { minLength: 1, maxLength: 5 })
  .map((all) => all.join(''))
const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 })

test('a reply that grows in any pieces looks as one that came whole', async () => {
  await fc.assert(
    fc.asyncProperty(source, cuts, async (text, lengths) => {
      const pieces = lengths.toSorted((a, b) => a - b).map((length) => text.slice(0, length))
      assert.equal(await shown([...pieces, text]), await shown([text]))
    }),
    { numRuns: 150 },
  )
})

test('a reply that was cut and went on otherwise looks as if it had never been longer', async () => {
  await fc.assert(
    fc.asyncProperty(source, source, fc.nat({ max: 400 }), async (first, second, length) => {
      const kept = first.slice(0, length)
      assert.equal(await shown([first, kept, kept + second]), await shown([kept + second]))
    }),
    { numRuns: 100 },
  )
})

const traps = ['*', '_', '[', '`', '> ', '- ', '![', '[](', '|', '$', '~', '<', '\\', '# ', 'a_', '**a ']
for (const trap of traps) {
  test(`200,000 characters of ${trap} are shown, and what follows them too`, {
    timeout: 60_000,
  }, async () => {
    const text = trap.repeat(200_000 / trap.length)
    const html = await shown([text.slice(0, 5_000), text, `${text}\n\nThe end`])
    assert.match(html, /The end/)
  })
}

test('what follows a construct that never ends is shown to the last letter', async () => {
  const endless = '`'.repeat(7_000)
  const text = `${endless} **a** [b](https://example.org/) ~~c~~\n\n# d\n- e \`f\``
  for (const texts of [[text], [endless, text], [endless, ...grown(text, 7).slice(1_000), text]]) {
    await shown(texts)
    assert.equal(await page.locator('#probe').evaluate((probe) => probe.textContent), text)
  }
})
