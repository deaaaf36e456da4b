import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { xssPayloads } from '../../testing/payloads/markdown-xss.ts'
import { openProbePage, unsafeMarkup } from '../../testing/payloads/probe-page.ts'
import { launchChromium } from '../../testing/servers/chromium.ts'
import { renderMarkdown } from './markdown.ts'

let browser: Browser

before(async () => {
  browser = await launchChromium()
})
after(() => browser.close())

test(`no script runs and no request leaves for ${xssPayloads.length} hostile replies`, async () => {
  const { page, findings } = await openProbePage(browser)
  for (const payload of xssPayloads) {
    await page.evaluate((html) => {
      const probe = document.createElement('main')
      probe.id = 'probe'
      probe.innerHTML = html
      document.body.replaceChildren(probe)
      for (const link of probe.querySelectorAll('a'))
        link.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))
    }, renderMarkdown(payload))
    assert.deepEqual(await unsafeMarkup(page), [], payload)
  }
  assert.deepEqual(findings, { dialogs: [], requests: [] })
})

test('the probe notices what a careless renderer would let through', async () => {
  const { page, findings } = await openProbePage(browser)
  await page.evaluate(() => {
    const probe = document.querySelector('#probe')
    if (probe) probe.innerHTML = '<img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a>'
  })
  for (let tries = 0; findings.dialogs.length === 0 && tries < 100; tries += 1) await page.waitForTimeout(20)
  assert.equal(findings.dialogs.length, 1)
  assert.equal(findings.requests.length, 1)
  assert.equal((await unsafeMarkup(page)).length, 4)
})
