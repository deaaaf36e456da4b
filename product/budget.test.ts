import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Page, Response } from 'playwright-core'
import { untilAlive } from '../testing/house/talk.ts'
import { useHouse } from '../testing/house/use-house.ts'

const stage = useHouse()

const kibibytes = (bytes: number) => Math.round((bytes / 1024) * 10) / 10

/** Bytes as `gzip -9` makes them, whatever the browser was sent; each script counts for itself, as it travels. */
async function gzipped(responses: readonly Response[]): Promise<number> {
  const bodies = await Promise.all(responses.map((response) => response.body()))
  return bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).byteLength, 0)
}

async function scriptsOf(page: Page, load: () => Promise<unknown>): Promise<Response[]> {
  const scripts: Response[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response)
  })
  await load()
  return scripts
}

test('what loads before one can send and read is at most 20 KB, and 55 KB with all that comes after', () =>
  stage.visit(async ({ context }) => {
    const page = await context.newPage()
    let lazy = new Set<string>()
    const all = await scriptsOf(page, async () => {
      await page.goto('/')
      await untilAlive(page)
      const first = await page.evaluate(() =>
        [...document.querySelectorAll('link[rel=modulepreload], script[src]')].map((one) =>
          one instanceof HTMLLinkElement ? one.href : one instanceof HTMLScriptElement ? one.src : '',
        ),
      )
      lazy = new Set(first)
    })
    const before = all.filter((response) => lazy.has(response.url()))
    const names = all.map((response) => new URL(response.url()).pathname)
    assert.ok(before.length > 3 && before.length < all.length, names.join(' '))
    const first = await gzipped(before)
    const whole = await gzipped(all)
    console.log(`gzip: ${kibibytes(first)} KiB before the first message, ${kibibytes(whole)} KiB in all`)
    assert.ok(first <= 20_000, `${first} bytes load before the composer works`)
    assert.ok(whole <= 55_000, `${whole} bytes load in all`)
    assert.deepEqual(
      names.filter((name) => /typebox|zod|valibot|ajv|standard-schema/i.test(name)),
      [],
    )
    for (const script of all) {
      assert.doesNotMatch(await script.text(), /typebox|~kind|\bajv\b|ZodType|~standard/i, script.url())
    }
  }))

test('every script that a static import reaches is preloaded, so none waits for another', () =>
  stage.visit(async ({ page }) => {
    const { preloaded, imported } = await page.evaluate(async () => {
      const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel=modulepreload]')]
      const urls = new Set(links.map(({ href }) => href))
      const map = JSON.parse(document.querySelector('script[type=importmap]')?.textContent ?? '{}')
      const found = new Set<string>()
      for (const url of urls) {
        const text = await (await fetch(url)).text()
        for (const [, name = ''] of text.matchAll(/(?:from|import)\s*"([^"]+)"/g)) {
          const plain = name.startsWith('.') || name.startsWith('/') ? new URL(name, url).pathname : name
          found.add(new URL(map.imports[plain] ?? plain, location.href).href)
        }
      }
      return { preloaded: [...urls], imported: [...found] }
    })
    assert.ok(imported.length > 3)
    assert.deepEqual(
      imported.filter((url) => !preloaded.includes(url)),
      [],
    )
  }))
