/** The unhashed URL that the import map maps to a hashed one: what one module calls another. */
export const plainUrl = (name: string): string => `/assets/${name}`

/** `web/chat/main.ts` is served as `chat/main.js`, `bus/contract/codec.ts` as `bus/contract/codec.js`. */
export const publicName = (file: string): string => file.replace(/^web\//, '').replace(/\.ts$/, '.js')

/** Packages the browser gets, each as one chunk of its own with just these exports. */
export const vendored: Readonly<Record<string, string>> = {
  '@msgpack/msgpack': `export { decode, encode } from '@msgpack/msgpack'`,
  'streaming-markdown': `export * from 'streaming-markdown'`,
  htmx: `export { default } from 'htmx.org/dist/htmx.esm.js'`,
  alpine: `export { default } from '@alpinejs/csp'`,
}

export const vendorName = (bare: string): string =>
  `vendor/${bare.replaceAll(/[^a-z]+/g, '-').replace(/^-/, '')}.js`
