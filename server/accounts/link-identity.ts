import { CodedError } from '../../bus/contract/errors.ts'
import type { Rooms } from '../house.ts'
import type { LinkOutcome } from '../store/identities.ts'
import type { User } from '../store/store.ts'
import type { OfferedWays } from '../store/ways-in.ts'
import { audit } from './audit.ts'
import { requireFresh } from './permissions.ts'
import type { Credential } from './request-user.ts'
import { identityOf, type ProvenIdentity } from './sign-in.ts'

/** A signed-in person, and what they came with. */
export interface SignedIn {
  readonly user: User
  readonly credential: Credential | null
  readonly address?: string
}

/**
 * Gives a signed-in person a further way in. Whoever sits at an unlocked screen must not be able to, so it wants a
 * fresh sign-in.
 *
 * @returns `taken` where the identity is somebody else's, and nothing is merged; `full` past `maxIdentitiesPerUser`.
 * @throws CodedError `not_allowed` for a guest and without a fresh sign-in.
 */
export async function linkIdentity(
  rooms: Rooms,
  who: SignedIn,
  proven: ProvenIdentity,
): Promise<LinkOutcome> {
  requireFresh(who, 'manage-account')
  const outcome = await rooms.store.identities.link(identityOf(proven), who.user.id, Date.now())
  if (outcome === 'linked') await note(rooms, who, 'identity-linked', proven.issuer)
  return outcome
}

/**
 * Takes a way in away, but never the last of those that are `offered`.
 *
 * @throws CodedError `not_allowed` as for linking, `not_found`, `conflict` for the last one.
 */
export async function unlinkIdentity(
  rooms: Rooms,
  who: SignedIn,
  identity: { issuer: string; subject: string },
  offered: OfferedWays,
): Promise<void> {
  requireFresh(who, 'manage-account')
  const outcome = await rooms.store.identities.unlink(who.user.id, identity, offered)
  if (outcome === 'none') throw new CodedError('not_found')
  if (outcome === 'last') throw new CodedError('conflict', 'This is the only way into your account.')
  await note(rooms, who, 'identity-unlinked', identity.issuer)
}

const note = (
  rooms: Rooms,
  { user, address }: SignedIn,
  act: 'identity-linked' | 'identity-unlinked',
  issuer: string,
) =>
  audit(rooms, {
    act,
    actorId: user.id,
    subjectId: user.id,
    ...(address !== undefined && { address }),
    facts: { issuer },
  })
