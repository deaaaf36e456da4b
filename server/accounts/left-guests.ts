import { CodedError } from '../../bus/contract/errors.ts'
import type { Rooms } from '../house.ts'
import { deleteAccount } from './delete-account.ts'

/** What a guest said whom nobody gets to any more is kept for this long, in milliseconds. */
export const leftGuestAgeMs = 30 * 24 * 60 * 60_000

/** Guests noted, and guests deleted, in one round at most; the next goes on. */
const batch = 100

/**
 * Deletes guests who were left behind: whose session ended, by its time or by a sign-in in their browser, and whom no
 * session of somebody known could take along any more. It waits while the bus is away, as every deletion does.
 *
 * @param now Unix milliseconds
 */
export async function deleteLeftGuests(rooms: Rooms, now: number): Promise<void> {
  if (rooms.bus.state !== 'connected') return
  const ids = await rooms.store.guests.findLeft({ leftBefore: now - leftGuestAgeMs, now, limit: batch })
  for (const id of ids) await deleteUnlessGone(rooms, id)
}

/** Each hub has this chore, and another may have been first. */
async function deleteUnlessGone(rooms: Rooms, id: string): Promise<void> {
  try {
    await deleteAccount(rooms, id, { actorId: null, facts: { by: 'house' } })
  } catch (error) {
    if (!(error instanceof CodedError && error.code === 'not_found')) throw error
  }
}
