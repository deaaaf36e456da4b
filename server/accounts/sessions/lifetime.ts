import type { HubConfig } from '../../config.ts'
import type { User } from '../../store/store.ts'

/** A guest's session is all there is of the guest, so it has no absolute end. Browsers keep cookies for 400 days. */
export const guestIdleMs = 180 * 24 * 60 * 60_000

/** Using a session moves its end, but writes that down at most this often; in milliseconds. */
export const noteUseEveryMs = 10 * 60_000

/** An act that changes who can get in wants a sign-in at most this old, in milliseconds (ASVS 5.0, 7.5.1). */
export const freshSignInMs = 10 * 60_000

export type SessionLimits = Pick<HubConfig, 'sessionIdleMs' | 'sessionLifetimeMs'>

/** When a session used now is over: by its idle limit, or by its absolute one where that comes first. */
export function sessionEnd(limits: SessionLimits, user: User, createdAt: number, now: number): number {
  if (user.kind === 'guest') return now + guestIdleMs
  return Math.min(now + limits.sessionIdleMs, createdAt + limits.sessionLifetimeMs)
}
