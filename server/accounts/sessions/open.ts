import { uuidv7 } from '../../../bus/contract/ids.ts'
import type { OwnWay, SessionProof, SessionStore } from '../../store/sessions.ts'
import type { User } from '../../store/store.ts'
import type { Credential } from '../request-user.ts'
import { type SessionLimits, sessionEnd } from './lifetime.ts'
import { hashToken, newToken } from './tokens.ts'

export interface OpenedSession {
  /** For the cookie alone; the store keeps the hash. */
  readonly token: string
  readonly expiresAt: number
  readonly credential: Credential
}

export interface SessionOpening {
  readonly user: User
  readonly now: number
  readonly device?: string
  readonly proof?: SessionProof
  /** How it began, where no provider vouched. */
  readonly way?: OwnWay
  readonly provenAt?: number
  /** The guest that the browser was until now. */
  readonly guestId?: string
}

/**
 * Opens a session. `device` is what the browser says of itself, in short; `provenAt`, in Unix milliseconds, when the
 * person showed who they are, if that was not now.
 */
export async function openSession(
  sessions: SessionStore,
  limits: SessionLimits,
  opened: SessionOpening,
): Promise<OpenedSession> {
  const { user, now, device, proof, provenAt = now, way, guestId } = opened
  const token = newToken()
  const id = uuidv7(now)
  const expiresAt = sessionEnd(limits, user, now, now)
  await sessions.create({
    tokenHash: hashToken(token),
    id,
    userId: user.id,
    createdAt: now,
    signedInAt: provenAt,
    expiresAt,
    ...(device !== undefined && { device }),
    ...(proof && { proof }),
    ...(way && { way }),
    ...(guestId !== undefined && { guestId }),
  })
  return { token, expiresAt, credential: { kind: 'session', id, signedInAt: provenAt } }
}
