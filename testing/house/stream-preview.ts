import type { Page } from 'playwright-core'

/**
 * Streams Markdown through the preview that the house serves, character by character as far as `step` is 1.
 *
 * @returns what stands in the page then, as HTML.
 */
export const streamPreview = (page: Page, source: string, step = 1): Promise<string> =>
  page.evaluate(
    async ({ text, step }) => {
      const map: unknown = JSON.parse(document.querySelector('script[type=importmap]')?.textContent ?? '{}')
      const imports = (map as { imports: Record<string, string> }).imports
      const { Preview } = await import(imports['/assets/chat/preview.js'] ?? '')
      const root = document.createElement('main')
      root.id = 'probe'
      document.body.replaceChildren(root)
      const growing = new Preview(root)
      for (let length = step; length < text.length + step; length += step) growing.show(text.slice(0, length))
      growing.end()
      return root.innerHTML
    },
    { text: source, step },
  )
