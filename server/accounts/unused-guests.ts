import type { AccountStore } from '../store/store.ts'
import { guestIdleMs, noteUseEveryMs } from './sessions/lifetime.ts'

/** A guest who never said anything is forgotten this long after the last sign of them, in milliseconds. */
export const unusedGuestAgeMs = 7 * 24 * 60 * 60_000

/** Guests deleted in one transaction, since a long one holds others up. */
const batch = 100
/** Most transactions of one round; the next goes on. */
const maxBatches = 100

/**
 * Deletes guests who never said anything and did not come back: each browser that only looks, each test and each
 * probe leaves one. When a session was last used is only written down once in a while, so that much is added.
 *
 * @param now Unix milliseconds
 */
export async function deleteUnusedGuests(accounts: AccountStore, now: number): Promise<void> {
  const unusedSince = now - unusedGuestAgeMs
  const sessionsEndBefore = unusedSince - noteUseEveryMs + guestIdleMs
  for (let round = 0; round < maxBatches; round += 1) {
    const deleted = await accounts.deleteUnusedGuests({
      createdBefore: unusedSince,
      sessionsEndBefore,
      limit: batch,
    })
    if (deleted < batch) return
  }
}
