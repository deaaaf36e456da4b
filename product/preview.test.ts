import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderMarkdown } from '../server/pages/markdown.ts'
import { markdownSamples } from '../testing/house/markdown-samples.ts'
import { outlineOf } from '../testing/house/outline.ts'
import { streamPreview } from '../testing/house/stream-preview.ts'
import { untilAlive } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'
import { xssPayloads } from '../testing/payloads/markdown-xss.ts'
import { unsafeMarkup } from '../testing/payloads/probe-page.ts'

const stage = useHouse()

/** Where the growing reply may look otherwise than the server's rendering, with the reason. */
const allowed: Readonly<Record<string, string>> = {
  'underscores in words': 'the parser does not look back at the letter before an underscore',
  'block formula': 'the parser opens a paragraph before it sees the formula, and leaves it empty',
  entities: 'the parser leaves them as they were written',
  'emphasis at an end of text': 'what is open at the end is shown as it was while it grew',
}

test('the preview has the structure of the server’s rendering, but for what is listed', () =>
  stage.visit(async ({ page, context }) => {
    const plain = await context.newPage()
    const differing: string[] = []
    for (const [name, source] of Object.entries(markdownSamples)) {
      const grown = await plain.evaluate(outlineOf, await streamPreview(page, source))
      const rendered = await plain.evaluate(outlineOf, renderMarkdown(source))
      if (grown !== rendered) differing.push(name)
      if (grown !== rendered && !(name in allowed))
        console.log(`${name}\n--- preview\n${grown}\n--- server\n${rendered}`)
    }
    assert.deepEqual(differing, Object.keys(allowed))
  }))

test(`no script runs and no request leaves while ${xssPayloads.length} hostile replies grow`, () =>
  stage.visit(async ({ page, context }) => {
    const left: string[] = []
    context.on('request', (request) => left.push(request.url()))
    page.on('dialog', (dialog) => {
      left.push(dialog.message())
      void dialog.dismiss()
    })
    await untilAlive(page)
    await streamPreview(page, 'A reply that is no threat.')
    left.length = 0
    for (const payload of xssPayloads) {
      await streamPreview(page, payload)
      assert.deepEqual(await unsafeMarkup(page), [], payload)
    }
    assert.deepEqual(left, [])
  }))
