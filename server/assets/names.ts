/** The unhashed URL that the import map maps to a hashed one: what one module calls another. */
export const plainUrl = (name: string): string => `/assets/${name}`

/** `web/chat/main.ts` is served as `chat/main.js`, `bus/contract/codec.ts` as `bus/contract/codec.js`. */
export const publicName = (file: string): string => file.replace(/^web\//, '').replace(/\.ts$/, '.js')

export const vendorName = (bare: string): string =>
  `vendor/${bare.replaceAll(/[^a-z]+/g, '-').replace(/^-/, '')}.js`
