import { CodedError } from '../../bus/contract/errors.ts'
import type { Rooms } from '../house.ts'
import type { Account, Role } from '../store/accounts.ts'
import { type AuditedAct, audit } from './audit.ts'
import { deleteAccount } from './delete-account.ts'
import type { SignedIn } from './link-identity.ts'
import { requireFresh, requireMay } from './permissions.ts'

/** Somebody who signed up, as an admin sees them. @throws CodedError `not_found`, also for guests */
export async function personOf({ store }: Pick<Rooms, 'store'>, id: string): Promise<Account> {
  const person = await store.accounts.findUser(id)
  if (person === undefined || person.kind === 'guest') throw new CodedError('not_found')
  return person
}

/**
 * Gives a person a role; their sessions get new tokens.
 *
 * @throws CodedError `not_allowed` without a fresh sign-in, `not_found`, `conflict` for the owner and the last admin.
 */
export async function changeRole(rooms: Rooms, who: SignedIn, id: string, role: Role): Promise<void> {
  requireFresh(who, 'administer')
  const { role: before } = await personOf(rooms, id)
  if (!(await rooms.store.accounts.setRole(id, role, Date.now()))) throw staysOwner()
  rooms.access.changed()
  if (before !== role) await note(rooms, who, id, 'role-changed', { before, role })
}

/**
 * Lets a person in nowhere, from this moment on. It takes away and gives nothing, so that an admin in a hurry needs no
 * fresh sign-in.
 *
 * @throws CodedError `not_allowed`, `not_found`, `conflict` for the owner and the last admin.
 */
export async function disablePerson(rooms: Rooms, who: SignedIn, id: string): Promise<void> {
  requireMay(who, 'administer')
  await personOf(rooms, id)
  if (!(await rooms.store.accounts.disable(id, Date.now()))) throw staysOwner()
  rooms.access.changed()
  await note(rooms, who, id, 'user-disabled')
}

/** @throws CodedError `not_allowed` without a fresh sign-in, `not_found`. */
export async function enablePerson(rooms: Rooms, who: SignedIn, id: string): Promise<void> {
  requireFresh(who, 'administer')
  await personOf(rooms, id)
  await rooms.store.accounts.enable(id)
  await note(rooms, who, id, 'user-enabled')
}

/** Ends all sessions of a person and closes their sockets. Keys of their programs stay. @throws as `disablePerson` */
export async function signOutPerson(rooms: Rooms, who: SignedIn, id: string): Promise<void> {
  requireMay(who, 'administer')
  await personOf(rooms, id)
  const ended = await rooms.sessions.endOthers(id, null, Date.now())
  rooms.access.changed()
  if (ended > 0) await note(rooms, who, id, 'session-ended', { ended })
}

/** Sessions ended in one transaction, since a long one holds others up. */
const batch = 100

/**
 * Ends all sessions of everybody, with their sockets, but the one that asks. Guests stay: their session is all there is
 * of them. Keys of programs stay good. @throws CodedError `not_allowed`
 */
export async function signOutEverybody(rooms: Rooms, who: SignedIn): Promise<void> {
  requireMay(who, 'administer')
  const keptId = who.credential?.id ?? ''
  const now = Date.now()
  let ended = 0
  for (let count = batch; count === batch; ended += count) {
    count = await rooms.store.sessions.endEverybodys({ keptId, limit: batch, now })
    rooms.access.changed()
  }
  if (ended === 0) return
  const { user, address } = who
  const facts = { everybody: true, ended }
  await audit(rooms, {
    act: 'session-ended',
    actorId: user.id,
    facts,
    ...(address !== undefined && { address }),
  })
}

/**
 * Ends a key of a person's programs, and every socket that was opened with it. As `disablePerson` it gives nothing, so
 * that it needs no fresh sign-in.
 *
 * @throws CodedError `not_allowed`, `not_found`.
 */
export async function revokeKeyOf(rooms: Rooms, who: SignedIn, id: string, keyId: string): Promise<void> {
  requireMay(who, 'administer')
  await personOf(rooms, id)
  if (!(await rooms.store.apiKeys.revoke(id, keyId, Date.now()))) throw new CodedError('not_found')
  rooms.access.changed()
  await note(rooms, who, id, 'api-key-revoked', { key: keyId })
}

/**
 * Removes a person for good; see `deleteAccount`. The owner alone takes the owner away: any admin could otherwise have
 * the house from them.
 *
 * @throws CodedError also `not_allowed` without a fresh sign-in, `conflict` for the owner.
 */
export async function deletePerson(rooms: Rooms, who: SignedIn, id: string): Promise<void> {
  requireFresh(who, 'administer')
  if ((await personOf(rooms, id)).kind === 'owner') throw staysOwner()
  const { user, address } = who
  await deleteAccount(rooms, id, { actorId: user.id, ...(address !== undefined && { address }) })
}

const staysOwner = () => new CodedError('conflict', 'The owner stays an admin: the owner link is theirs.')

const note = (
  rooms: Rooms,
  { user, address }: SignedIn,
  subjectId: string,
  act: AuditedAct,
  facts: Readonly<Record<string, string | number>> = {},
) => audit(rooms, { act, actorId: user.id, subjectId, facts, ...(address !== undefined && { address }) })
