/** Where a store is: a file, or a server that is named by the whole URL. */
export type StorePlace = { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres' }

/**
 * The place that a URL names: `sqlite:<path>`, or a bare path, or `postgres://…`.
 * @throws for any other kind of URL
 */
export function placeOf(url: string): StorePlace {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'postgres' || scheme === 'postgresql') return { kind: 'postgres' }
  if (scheme === undefined) return { kind: 'sqlite', path: url }
  if (scheme !== 'sqlite' || url.slice('sqlite:'.length) === '') {
    throw new Error('The database is neither sqlite:<path> nor postgres://…')
  }
  return { kind: 'sqlite', path: url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '') }
}
