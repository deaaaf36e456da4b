import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits, as 43 characters. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** Whether text can be a token of ours; anything else needs no look into the store. */
export const isToken = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)

/** The SHA-256 of a token, in hexadecimal: enough for 256 random bits, which nobody can guess. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')
