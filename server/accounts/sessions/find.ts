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
  /** What it holds, where that goes on to be good. */
  readonly held: { readonly token: string; readonly expiresAt: number } | undefined
}

export interface SessionUse {
  readonly token: string
  readonly now: number
  /** Whether the answer can carry a cookie: a socket's cannot, and a new token would be lost with it. */
  readonly mayRotate: boolean
}

/** Whose session a token is, its use noted; undefined for an unknown or ended one. */
export async function useSession(
  sessions: SessionStore,
  limits: SessionLimits,
  { token, now, mayRotate }: SessionUse,
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
  if (found.byPrevious) return { ...used, cookie: undefined, held: undefined }
  const held = { token, expiresAt: found.expiresAt }
  const expiresAt = sessionEnd(limits, found.user, found.createdAt, now)
  const isNoted = found.id !== null && found.lastUsedAt > now - noteUseEveryMs
  try {
    if (!isNoted) await sessions.touch(tokenHash, { now, expiresAt, id })
    const fresh = found.rotationDue && mayRotate && (await rotate(sessions, tokenHash, now))
    if (fresh) {
      const rotated = { token: fresh, expiresAt: isNoted ? found.expiresAt : expiresAt }
      return { ...used, cookie: rotated, held: undefined }
    }
  } catch (error) {
    // The session is good all the same; a later use is noted.
    if (isAway(error)) return { ...used, cookie: undefined, held }
    throw error
  }
  return { ...used, cookie: isNoted ? undefined : { token, expiresAt }, held }
}

async function rotate(sessions: SessionStore, tokenHash: string, now: number): Promise<string | undefined> {
  const token = newToken()
  const rotated = { tokenHash: hashToken(token), graceUntil: now + rotationGraceMs }
  return (await sessions.rotate(tokenHash, rotated)) ? token : undefined
}
