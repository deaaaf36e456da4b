import type { Browser, Page } from 'playwright-core'

const probeUrl = 'http://probe.invalid/'
const blank = '<!doctype html><title>probe</title><main id="probe"></main>'

/** What went wrong while hostile HTML stood in a page. */
export interface ProbeFindings {
  /** Dialogs opened by script. */
  readonly dialogs: string[]
  /** Requests that left, by URL. */
  readonly requests: string[]
}

/**
 * A blank page without any policy, so that what it holds is safe by itself, in which every dialog and every request
 * is noted and none gets anywhere.
 */
export async function openProbePage(browser: Browser): Promise<{ page: Page; findings: ProbeFindings }> {
  const findings: ProbeFindings = { dialogs: [], requests: [] }
  const page = await browser.newPage()
  page.on('dialog', (dialog) => {
    findings.dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await page.route('**/*', (route) => {
    if (route.request().url() === probeUrl) return route.fulfill({ contentType: 'text/html', body: blank })
    findings.requests.push(route.request().url())
    return route.abort()
  })
  await page.goto(probeUrl)
  return { page, findings }
}

/** What stands below `#probe` and should not: elements and attributes that run or fetch, and links of other schemes. */
export function unsafeMarkup(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    for (const element of document.querySelectorAll('#probe *')) {
      const shown = element.outerHTML.slice(0, 120)
      if (
        /^(script|iframe|object|embed|img|image|picture|video|audio|source|link|meta|base|form|style|svg|template)$/i.test(
          element.tagName,
        )
      )
        found.push(shown)
      for (const { name } of element.attributes) {
        if (/^on|^style$|^src|^srcset$|^action$|^formaction$|^background$|^poster$/i.test(name))
          found.push(shown)
      }
      const protocol = element instanceof HTMLAnchorElement ? element.protocol : ''
      if (!['', 'http:', 'https:', 'mailto:'].includes(protocol)) found.push(shown)
    }
    return found
  })
}
