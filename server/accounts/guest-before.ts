import type { FastifyRequest } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import { purgeTrace } from '../chat/purge.ts'
import type { Rooms } from '../house.ts'
import type { TakenAlong } from '../store/guests.ts'
import type { User } from '../store/store.ts'
import { audit } from './audit.ts'
import type { SignedIn } from './link-identity.ts'
import { requireMay } from './permissions.ts'

/**
 * The guest whose conversations somebody may take along who signs in by this request: the one that its browser was
 * until now, by its own session. Who signs in once more keeps the one from before.
 */
export async function guestBefore(
  { user: before, credential }: FastifyRequest,
  { store }: Pick<Rooms, 'store'>,
  user: User,
): Promise<string | undefined> {
  if (before === null || credential?.kind !== 'session') return undefined
  if (before.id === user.id) {
    const left = await store.guests.leftBefore({ id: credential.id, userId: user.id })
    return left?.guestId
  }
  return before.kind === 'guest' ? before.id : undefined
}

/** Where a browser goes after a sign-in: past the question what becomes of its guest's conversations, if there are any. */
export async function pathAfterSignIn(
  { store }: Pick<Rooms, 'store'>,
  { user: before }: FastifyRequest,
  { user, to }: { user: User; to: string },
): Promise<string> {
  if (before?.kind !== 'guest' || before.id === user.id) return to
  const isAsked = await store.guests.hasConversations(before.id)
  return isAsked ? `/account/guest?return_to=${encodeURIComponent(to)}` : to
}

/** Gives a person what the guest before them said; see `GuestStore`. @throws CodedError `not_allowed`. */
export async function takeGuestAlong(rooms: Rooms, who: SignedIn): Promise<TakenAlong> {
  requireMay(who, 'manage-account')
  const { user, credential, address } = who
  if (credential?.kind !== 'session') throw new CodedError('not_allowed')
  const taken = await rooms.store.guests.takeAlong({ id: credential.id, userId: user.id }, Date.now())
  if (taken.moved === 0) return taken
  rooms.access.changed()
  const facts = { conversations: taken.moved }
  const by = { actorId: user.id, subjectId: user.id, ...(address !== undefined && { address }) }
  await audit(rooms, { act: 'guest-taken-along', ...by, facts })
  // While the bus is away nobody waits for it: what is left there goes with the streams' ages.
  if (rooms.bus.state === 'connected') for (const trace of taken.traces) await purgeTrace(rooms, trace)
  return taken
}
