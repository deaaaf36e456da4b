import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launchChromium } from './chromium.ts'

test('a Chromium shows a page', async () => {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.setContent('<title>hello</title>')
    assert.equal(await page.title(), 'hello')
  } finally {
    await browser.close()
  }
})
