import { hashToken, isToken, newToken } from '../sessions/tokens.ts'

/** What every key begins with, so that people and secret scanners know one when they see it. */
export const keyMark = 'cmp_'

/** Characters of a key that the list of keys shows; the 256 bits behind them are still far out of reach. */
const prefixLength = keyMark.length + 4

/** A key as it is made: the whole of it is shown once, and the store keeps the prefix and the hash. */
export interface NewKey {
  readonly key: string
  readonly prefix: string
  readonly hash: string
}

/** Makes a key of 256 random bits. */
export function newApiKey(): NewKey {
  const key = `${keyMark}${newToken()}`
  return { key, prefix: key.slice(0, prefixLength), hash: hashToken(key) }
}

/** Whether text can be a key of ours; anything else needs no look into the store. */
export const isApiKey = (text: string): boolean =>
  text.startsWith(keyMark) && isToken(text.slice(keyMark.length))
