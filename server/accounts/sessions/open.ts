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

/** Opens a session. `device` is what the browser says of itself, in short. */
export async function openSession(
  sessions: SessionStore,
  limits: SessionLimits,
  opened: { user: User; now: number; device?: string; proof?: SessionProof; way?: OwnWay; guestId?: string },
): Promise<OpenedSession> {
  const { user, now, device, proof, way, guestId } = opened
  const token = newToken()
  const id = uuidv7(now)
  const expiresAt = sessionEnd(limits, user, now, now)
  await sessions.create({
    tokenHash: hashToken(token),
    id,
    userId: user.id,
    createdAt: now,
    expiresAt,
    ...(device !== undefined && { device }),
    ...(proof && { proof }),
    ...(way && { way }),
    ...(guestId !== undefined && { guestId }),
  })
  return { token, expiresAt, credential: { kind: 'session', id, signedInAt: now } }
}
