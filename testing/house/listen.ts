import type { Page } from 'playwright-core'

/** What the page tells a screen reader from now on, in order. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const place = document.getElementById('announcer')
    if (place === null) throw new Error('Nothing is announced on this page')
    const said: string[] = []
    Object.assign(globalThis, { said })
    new MutationObserver(() => said.push(place.textContent.trim())).observe(place, { childList: true })
  })
  return () => page.evaluate(() => (globalThis as unknown as { said: string[] }).said)
}
