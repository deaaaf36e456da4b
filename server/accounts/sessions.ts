import { createHash, randomBytes } from 'node:crypto'
import type { AccountStore, User } from '../store/store.ts'

const day = 24 * 60 * 60_000

/** A session ends this long after its last use, in milliseconds. Browsers keep cookies for at most 400 days. */
export const sessionAgeMs = 180 * day

/** Using a session moves its end, but writes that down at most this often. */
export const extendEveryMs = day

export interface FoundSession {
  readonly user: User
  readonly tokenHash: string
  /** Its end was moved just now, so the browser's cookie wants to be set again. */
  readonly extended: boolean
}

/** Opens a session. @returns the token, 256 random bits, of which the store keeps only the hash. */
export async function openSession(accounts: AccountStore, userId: string, now: number): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await accounts.createSession({
    tokenHash: hashToken(token),
    userId,
    createdAt: now,
    expiresAt: now + sessionAgeMs,
  })
  return token
}

/** Whose session a token is; undefined for an unknown or ended one. */
export async function findSession(
  accounts: AccountStore,
  token: string,
  now: number,
): Promise<FoundSession | undefined> {
  if (!tokenPattern.test(token)) return undefined
  const tokenHash = hashToken(token)
  const found = await accounts.findSession(tokenHash, now)
  if (found === undefined) return undefined
  const extended = found.expiresAt < now + sessionAgeMs - extendEveryMs
  if (extended) await accounts.extendSession(tokenHash, now + sessionAgeMs)
  return { user: found.user, tokenHash, extended }
}

/** The SHA-256 of a token, in hexadecimal: enough for 256 random bits, which nobody can guess. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

const tokenPattern = /^[A-Za-z0-9_-]{43}$/
