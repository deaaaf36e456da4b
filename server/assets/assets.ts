/** What the pages need to know of the built browser files; `build.ts` makes them, `routes.ts` serves them. */
export interface Assets {
  /** The public URL of a built file by its name in the tree (`styles/home.css`, `icon.svg`), hashed. @throws when unknown. */
  url(name: string): string
  /** The import map's JSON exactly as it must stand between its tags: its hash is in the policy. */
  readonly importMap: string
  /** `sha256-…` of `importMap`, for `script-src`. */
  readonly importMapHash: string
  /** URLs a page with this entry module preloads, in load order (the entry's own static imports, transitively). */
  preloads(entry: string): readonly string[]
}
