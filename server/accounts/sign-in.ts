import { uuidv7 } from '../../bus/contract/ids.ts'
import { truncate, withoutControls } from '../../bus/contract/text.ts'
import type { Rooms } from '../house.ts'
import type { Identity } from '../store/identities.ts'
import type { Account, User } from '../store/store.ts'
import { vouchesForAdmins } from './admin-sources.ts'
import { audit } from './audit.ts'
import { decidesRoles, type proxySource } from './group-sources.ts'
import { readHouseRules } from './house-rules.ts'
import { type Claims, refusalOfSignUp, roleByClaims, type SignUpRefusal } from './sign-up-rules.ts'

/** Longest name of a person, in UTF-16 code units. */
export const maxNameLength = 60

/** Somebody as a provider proved them to be. Who it is, is (issuer, subject) and nothing else. */
export interface ProvenIdentity {
  readonly issuer: string
  readonly subject: string
  /** That a trusted proxy says so, whose issuer may be a provider's too. Absent: the provider of that issuer does. */
  readonly source?: typeof proxySource
  readonly email?: string
  readonly emailVerified: boolean
  readonly name?: string
  /** When they last proved it to the provider, as that says (`auth_time`), in Unix milliseconds. */
  readonly provenAt?: number
  /** As an OIDC provider names them; absent: it names none, so they decide nothing. */
  readonly groups?: readonly string[]
  /** The provider's name for its session, and its token, for signing out there. */
  readonly sid?: string
  readonly idToken?: string
}

export interface SignInVisit {
  /** The guest who signs in, whose conversations go along at a first sign-in. */
  readonly guest?: User | null
  /** The hash of the token of an invitation's link. */
  readonly invitationHash?: string
  /** Whom alone it may sign in: somebody shows once more that it is them. */
  readonly againAs?: string
  /** Where it comes from, for the audit log. */
  readonly address?: string
}

export type SignInRefusal = SignUpRefusal | 'invitation_gone' | 'disabled' | 'somebody_else'

export type SignInResult =
  | { readonly outcome: 'signed-in'; readonly user: User; readonly isNew: boolean }
  | { readonly outcome: 'refused'; readonly reason: SignInRefusal }

/**
 * Whom a proven identity signs in: the person it belongs to, or a new one where the sign-up rules let them in. Never
 * somebody with the same e-mail address. Opens no session; `signIn` in `identify.ts` does.
 */
export async function signInWithIdentity(
  rooms: Rooms,
  proven: ProvenIdentity,
  visit: SignInVisit = {},
): Promise<SignInResult> {
  const { issuer, subject } = proven
  const known = await rooms.store.identities.findUser(issuer, subject)
  const result = await admit(rooms, proven, visit, known)
  const isIn = result.outcome === 'signed-in'
  await audit(rooms, {
    act: !isIn ? 'sign-in-refused' : result.isNew ? 'sign-up' : 'sign-in',
    actorId: isIn ? result.user.id : (visit.againAs ?? known?.id ?? null),
    subjectId: isIn ? result.user.id : (known?.id ?? null),
    ...(visit.address !== undefined && { address: visit.address }),
    facts: { issuer, ...(!isIn && { reason: result.reason }) },
  })
  return result
}

async function admit(
  rooms: Rooms,
  proven: ProvenIdentity,
  visit: SignInVisit,
  known: Account | undefined,
): Promise<SignInResult> {
  if (visit.againAs !== undefined && visit.againAs !== known?.id)
    return { outcome: 'refused', reason: 'somebody_else' }
  return known ? welcomeBack(rooms, proven, known) : signUp(rooms, proven, visit)
}

async function welcomeBack(rooms: Rooms, proven: ProvenIdentity, known: Account): Promise<SignInResult> {
  if (known.disabledAt !== null) return { outcome: 'refused', reason: 'disabled' }
  const { accounts, identities } = rooms.store
  const now = Date.now()
  await identities.noteSignIn(identityOf(proven), now)
  const role = roleByClaims(rooms.config, claimsOf(rooms, proven))
  // What the provider takes away is not ours to keep, even from the last admin: the owner link is the way back.
  if (role !== undefined && role !== known.role)
    if (await accounts.setRole(known.id, role, now, { evenTheLast: true })) rooms.access.changed()
  const { disabledAt: _, ...user } = (await accounts.findUser(known.id)) ?? known
  return { outcome: 'signed-in', user, isNew: false }
}

async function signUp(
  rooms: Rooms,
  proven: ProvenIdentity,
  { guest, invitationHash }: SignInVisit,
): Promise<SignInResult> {
  const { store, config } = rooms
  const rules = { ...config, ...(await readHouseRules(rooms)) }
  const now = Date.now()
  const invited = invitationHash && (await store.invitations.find(invitationHash, now))
  const reason = refusalOfSignUp(rules, claimsOf(rooms, proven), Boolean(invited))
  if (reason !== undefined) return { outcome: 'refused', reason }
  const identity = identityOf(proven)
  const result = await store.identities.signUp({
    name: nameOf(proven),
    role: roleByClaims(config, claimsOf(rooms, proven)) ?? 'user',
    email: identity.emailVerified ? identity.email : null,
    proof: { identity },
    userId: uuidv7(now),
    ...(guest?.kind === 'guest' && { guestId: guest.id }),
    ...(invited && invitationHash && { invitationHash }),
    now,
  })
  rooms.access.changed()
  if (result.outcome === 'created') return { outcome: 'signed-in', user: result.user, isNew: true }
  if (result.outcome === 'exists') return welcomeBack(rooms, proven, result.user)
  return { outcome: 'refused', reason: 'invitation_gone' }
}

export const identityOf = (proven: ProvenIdentity): Identity => ({
  issuer: proven.issuer,
  subject: proven.subject,
  email: proven.email ?? null,
  emailVerified: proven.emailVerified,
  label: nameOf(proven),
})

const claimsOf = (
  rooms: Pick<Rooms, 'config' | 'providers'>,
  { issuer, source, email, emailVerified, groups }: ProvenIdentity,
): Claims => ({
  email: email ?? null,
  emailVerified,
  vouchesForAdmins: vouchesForAdmins(rooms, { issuer, source }),
  ...(groups && decidesRoles(rooms.config, { issuer, source }) && { groups }),
})

/** The provider's word for the person, or the part of the address that people read as a name. */
function nameOf({ name, email }: ProvenIdentity): string {
  const said = [name, email?.split('@', 1)[0]].map((one) => withoutControls(one ?? '').trim())
  return truncate(said.find((one) => one !== '') ?? 'Somebody', maxNameLength)
}
