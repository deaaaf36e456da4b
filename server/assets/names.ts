/** The unhashed URL that the import map maps to a hashed one: what one module calls another. */
export const plainUrl = (name: string): string => `/assets/${name}`

/** `web/chat/main.ts` is served as `chat/main.js`, `bus/contract/codec.ts` as `bus/contract/codec.js`. */
export const publicName = (file: string): string => file.replace(/^web\//, '').replace(/\.ts$/, '.js')

/** Packages the browser gets, each as one chunk of its own with just these exports. */
export const vendored: Readonly<Record<string, string>> = {
  '@msgpack/msgpack': `export { decode, encode } from '@msgpack/msgpack'`,
  'streaming-markdown': `export { ${markdownNames()} } from 'streaming-markdown'`,
  htmx: `export { default } from 'htmx.org/dist/htmx.esm.js'`,
  alpine: `export { default } from '@alpinejs/csp'`,
}

export const vendorName = (bare: string): string =>
  `vendor/${bare.replaceAll(/[^a-z]+/g, '-').replace(/^-/, '')}.js`

/** What the preview uses of the parser; the rest of it, above all two renderers, is a third of its size. */
function markdownNames(): string {
  const functions = 'parser, parser_write, parser_end'
  const blocks = 'DOCUMENT, PARAGRAPH, BLOCKQUOTE, LINE_BREAK, RULE, CODE_BLOCK, CODE_FENCE, EQUATION_BLOCK'
  const headings = 'HEADING_1, HEADING_2, HEADING_3, HEADING_4, HEADING_5, HEADING_6'
  const spans = 'ITALIC_AST, ITALIC_UND, STRONG_AST, STRONG_UND, STRIKE, CODE_INLINE, LINK, RAW_URL, IMAGE'
  const parts =
    'LIST_UNORDERED, LIST_ORDERED, LIST_ITEM, TABLE, TABLE_ROW, TABLE_CELL, CHECKBOX, EQUATION_INLINE'
  const attributes = 'HREF, SRC, LANG, CHECKED, START'
  return [functions, blocks, headings, spans, parts, attributes].join(', ')
}
