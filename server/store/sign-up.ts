import { CodedError } from '../../bus/contract/errors.ts'
import { type Account, type Role, roles, type User } from './accounts.ts'
import { endCallsOf } from './calls.ts'
import type { Database, Queries } from './database.ts'
import { findByIdentity, type Identity, insertIdentity } from './identities.ts'
import { claimInvitation } from './invitations.ts'
import { insertPasskey, type NewPasskey } from './passkeys.ts'
import { searchTextOf } from './people-search.ts'
import { endOtherSessions } from './session-endings.ts'
import { findUser, insertUser } from './user-rows.ts'

/** Somebody's first sign-in, by a provider or by a passkey. */
export interface SignUp {
  readonly name: string
  readonly role: Role
  readonly email: string | null
  readonly proof: { readonly identity: Identity } | { readonly passkey: NewPasskey }
  /** For a new person. */
  readonly userId: string
  /** This guest becomes the new person, conversations and all; the guest's sessions end. */
  readonly guestId?: string
  /** Is used up; its role counts where it is higher. */
  readonly invitationHash?: string
  readonly now: number
}

export type SignUpOutcome =
  | { readonly outcome: 'created'; readonly user: User }
  /** The same identity signed up at this moment elsewhere. */
  | { readonly outcome: 'exists'; readonly user: Account }
  | { readonly outcome: 'invitation_gone' }

/** Thrown inside the transaction, so that what was made on the way is undone. */
class InvitationGone extends Error {}
class IdentityExists extends Error {}

/** Makes the person, the proof and the use of the invitation in one transaction: all of it or nothing. */
export async function signUp(database: Database, input: SignUp): Promise<SignUpOutcome> {
  try {
    return await database.write((queries) => signUpIn(queries, database, input))
  } catch (error) {
    if (error instanceof InvitationGone) return { outcome: 'invitation_gone' }
    const present = error instanceof IdentityExists && (await findPresent(database, input))
    if (present) return { outcome: 'exists', user: present }
    throw error
  }
}

const findPresent = async (database: Database, { proof }: SignUp) =>
  'identity' in proof && database.read((queries) => findByIdentity(queries, proof.identity))

async function signUpIn(queries: Queries, database: Database, input: SignUp): Promise<SignUpOutcome> {
  const invited = await useInvitation(queries, input)
  const role = higherOf(input.role, invited?.role ?? 'user')
  const user = await makePerson(queries, database, { ...input, role, invitedBy: invited?.createdBy ?? null })
  if ('passkey' in input.proof) {
    // What is a way into another account is none into this one, which would be left without any.
    if (!(await insertPasskey(queries, user.id, input.proof.passkey, input.now)))
      throw new CodedError('conflict', 'This passkey is somebody’s already.')
  } else if (!(await insertIdentity(queries, input.proof.identity, user.id, input.now)))
    throw new IdentityExists()
  return { outcome: 'created', user }
}

async function useInvitation(queries: Queries, { invitationHash, userId, guestId, now }: SignUp) {
  if (invitationHash === undefined) return undefined
  const claimed = await claimInvitation(queries, invitationHash, { usedBy: guestId ?? userId, now })
  if (claimed === undefined) throw new InvitationGone()
  return claimed
}

const higherOf = (one: Role, other: Role): Role => (roles.indexOf(one) < roles.indexOf(other) ? other : one)

/** Whoever had the guest's cookie before, by whatever way, has nothing of the person it becomes. */
async function makePerson(
  queries: Queries,
  database: Database,
  { userId, guestId, name, role, email, invitedBy, now }: SignUp & { invitedBy: string | null },
): Promise<User> {
  if (guestId !== undefined) {
    await database.lockUser(queries, guestId)
    const guest = await findUser(queries, guestId)
    if (guest?.kind === 'guest' && guest.disabledAt === null) {
      const change = { kind: 'member', name, role, email } as const
      await queries
        .updateTable('users')
        .set({ ...change, invited_by: invitedBy, search_text: searchTextOf(change) })
        .where('id', '=', guestId)
        .execute()
      await endOtherSessions(queries, guestId, now)
      await endCallsOf(queries, guestId)
      return { id: guestId, createdAt: guest.createdAt, ...change }
    }
  }
  const user: User = { id: userId, name, kind: 'member', role, email, createdAt: now }
  await insertUser(queries, user)
  await queries.updateTable('users').set({ invited_by: invitedBy }).where('id', '=', userId).execute()
  return user
}
