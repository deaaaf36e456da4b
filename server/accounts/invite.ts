import { CodedError } from '../../bus/contract/errors.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Rooms } from '../house.ts'
import type { Role } from '../store/accounts.ts'
import { type AuditedAct, audit } from './audit.ts'
import type { SignedIn } from './link-identity.ts'
import { requireFresh, requireMay } from './permissions.ts'
import { hashToken, newToken } from './sessions/tokens.ts'

/** How long an invitation may be good for, in days. */
export const invitationDays = [1, 7, 30] as const
/** Most people invited in one go, and most invitations that wait for somebody. */
export const mostInvitedAtOnce = 20
export const mostOpenInvitations = 200

const dayMs = 24 * 60 * 60_000

export interface WantedInvitations {
  readonly role: Role
  readonly days: (typeof invitationDays)[number]
  /** One link lets one person in, so that each can be taken back by itself. */
  readonly count: number
  readonly note: string
}

/**
 * Makes links that let people in.
 *
 * @returns the links' tokens, which nobody can be shown again.
 * @throws CodedError `not_allowed` without a fresh sign-in, `conflict` past `mostOpenInvitations`.
 */
export async function invite(rooms: Rooms, who: SignedIn, wanted: WantedInvitations): Promise<string[]> {
  requireFresh(who, 'administer')
  const { invitations } = rooms.store
  const { role, note, days, count } = wanted
  const createdAt = Date.now()
  const newest = await invitations.list(mostOpenInvitations)
  const open = newest.filter(({ usedAt, expiresAt }) => usedAt === null && expiresAt > createdAt)
  if (open.length + count > mostOpenInvitations)
    throw new CodedError('conflict', 'Too many invitations wait for somebody. Take some back first.')
  const tokens = Array.from({ length: count }, newToken)
  for (const token of tokens) {
    const made = { id: uuidv7(), tokenHash: hashToken(token), role, note, createdBy: who.user.id }
    await invitations.create({ ...made, createdAt, expiresAt: createdAt + days * dayMs })
    await noted(rooms, who, 'invitation-made', { invitation: made.id, role, days })
  }
  return tokens
}

/** Takes back an invitation that nobody used. @throws CodedError `not_allowed`, `not_found`. */
export async function revokeInvitation(rooms: Rooms, who: SignedIn, id: string): Promise<void> {
  requireMay(who, 'administer')
  if (!(await rooms.store.invitations.delete(id))) throw new CodedError('not_found')
  await noted(rooms, who, 'invitation-revoked', { invitation: id })
}

const noted = (
  rooms: Rooms,
  { user, address }: SignedIn,
  act: AuditedAct,
  facts: Readonly<Record<string, string | number>>,
) => audit(rooms, { act, actorId: user.id, facts, ...(address !== undefined && { address }) })
