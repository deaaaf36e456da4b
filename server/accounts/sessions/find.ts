import { uuidv7 } from '../../../bus/contract/ids.ts'
import type { SessionStore } from '../../store/sessions.ts'
import type { User } from '../../store/store.ts'
import type { Credential } from '../request-user.ts'
import { noteUseEveryMs, type SessionLimits, sessionEnd } from './lifetime.ts'
import { isAway } from './remembered.ts'
import { hashToken, isToken, newToken } from './tokens.ts'

/** Requests that were under way at a rotation may still come with the token before it for this long, in milliseconds. */
const rotationGraceMs = 60_000

export interface UsedSession {
  readonly user: User
  readonly credential: Credential
  /** What the browser's cookie is to hold from now on; undefined: what it holds. */
  readonly cookie: { readonly token: string; readonly expiresAt: number } | undefined
}

export interface SessionUse {
  readonly token: string
  readonly now: number
  /** Whether the answer can carry a cookie: a socket's cannot, and a new token would be lost with it. */
  readonly mayRotate: boolean
  /** The browser has it under another name than the cookie's, and is to have it under that. */
  readonly isUnnamed?: boolean
}

/** Whose session a token is, its use noted; undefined for an unknown or ended one. */
export async function useSession(
  sessions: SessionStore,
  limits: SessionLimits,
  { token, now, mayRotate, isUnnamed = false }: SessionUse,
): Promise<UsedSession | undefined> {
  if (!isToken(token)) return undefined
  const tokenHash = hashToken(token)
  const found = await sessions.find(tokenHash, now)
  if (found === undefined) return undefined
  const id = found.id ?? uuidv7(now)
  const used = {
    user: found.user,
    credential: { kind: 'session', id, signedInAt: found.signedInAt },
  } as const
  if (found.byPrevious) return { ...used, cookie: undefined }
  const expiresAt = sessionEnd(limits, found.user, found.createdAt, now)
  const isNoted = found.id !== null && found.lastUsedAt > now - noteUseEveryMs
  const end = isNoted ? found.expiresAt : expiresAt
  try {
    if (!isNoted) await sessions.touch(tokenHash, { now, expiresAt, id })
    const fresh = found.rotationDue && mayRotate && (await rotate(sessions, tokenHash, now))
    if (fresh) return { ...used, cookie: { token: fresh, expiresAt: end } }
  } catch (error) {
    // The session is good all the same; a later use is noted.
    if (isAway(error)) return { ...used, cookie: undefined }
    throw error
  }
  return { ...used, cookie: isNoted && !isUnnamed ? undefined : { token, expiresAt: end } }
}

async function rotate(sessions: SessionStore, tokenHash: string, now: number): Promise<string | undefined> {
  const token = newToken()
  const rotated = { tokenHash: hashToken(token), graceUntil: now + rotationGraceMs }
  return (await sessions.rotate(tokenHash, rotated)) ? token : undefined
}
