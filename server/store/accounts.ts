import { closeRequestsOf, tracesOf } from './account-ending.ts'
import { forgetAddresses } from './audit.ts'
import { endCallsOf } from './calls.ts'
import type { Database, Queries } from './database.ts'
import { forgetInvited } from './invitations.ts'
import { requireAnotherAdmin } from './last-admin.ts'
import { listUsers, type PeoplePage } from './list-users.ts'
import { claimOwnerLink, replaceOwnerLink } from './owner-links.ts'
import { fillSearchTexts, noteSearchText } from './people-search.ts'
import { noteRevocation } from './revocations.ts'
import type { UsersTable } from './schema-accounts.ts'
import type { BusTrace, Page } from './store.ts'
import { deleteUnusedGuests, type UnusedGuests } from './unused-guests.ts'
import { findUser, findUsers, insertUser } from './user-rows.ts'
import { anAdminCanComeIn, type OfferedWays } from './ways-in.ts'

/** What a person may do, in rising order; see `server/accounts/permissions.ts`. */
export const roles = ['user', 'premium', 'admin'] as const
export type Role = (typeof roles)[number]

export interface User {
  readonly id: string
  readonly name: string
  /** `guest`: somebody at this machine's browser. `owner`: came by the owner link; is an admin. `member`: signed up. */
  readonly kind: 'guest' | 'owner' | 'member'
  readonly role: Role
  /** As the provider last signed in with had verified it; never used to find a person. */
  readonly email: string | null
  readonly createdAt: number
}

/** A user as admins see one. */
export interface Account extends User {
  readonly disabledAt: number | null
}

/** People. What takes somebody's access away is told to all hubs by a revocation of the same transaction. */
export interface AccountStore {
  /** A second time is no error: whoever lost the answer of the first asks again. */
  createUser(user: User): Promise<void>
  findUser(id: string): Promise<Account | undefined>
  /** Those of these ids who are here, in no order. */
  findUsers(ids: readonly string[]): Promise<Account[]>
  /** Newest first, guests left out. @throws CodedError `request_invalid` for a cursor that is not ours */
  listUsers(page: PeoplePage): Promise<Page<Account>>
  /** @returns false where there is no such user. */
  rename(id: string, name: string, now: number): Promise<boolean>
  /**
   * Changes the role, and has every session of the user get a new token. An owner stays admin: false.
   * @throws CodedError `conflict` for the last admin, unless a provider's groups decide (`evenTheLast`)
   */
  setRole(id: string, role: Role, now: number, how?: { evenTheLast: boolean }): Promise<boolean>
  /**
   * Ends sessions and open requests of a user, who is then let in nowhere. Not the owner: false.
   * @throws CodedError `conflict` for the last admin
   */
  disable(id: string, now: number): Promise<boolean>
  enable(id: string): Promise<boolean>
  /**
   * Removes a user with everything that is theirs; of what they did an id is left.
   *
   * @returns what of it may be on the bus; undefined: no such user.
   * @throws CodedError `conflict` for the last admin
   */
  deleteUser(id: string, now: number): Promise<BusTrace[] | undefined>
  /**
   * Deletes up to `limit` guests made before `createdBefore` who never said anything and have no session that ends at
   * or after `sessionsEndBefore`. @returns how many.
   */
  deleteUnusedGuests(unused: UnusedGuests): Promise<number>
  /** Gives up to `limit` people what the search of people compares, where it is missing. @returns how many. */
  fillSearchTexts(limit: number): Promise<number>
  /** Whether some admin has a passkey, a provider's account or a recovery code that is taken where these ways are offered. */
  anAdminCanComeIn(offered: OfferedWays): Promise<boolean>
  /** Keeps the hash of the one valid owner link; earlier ones end. */
  createOwnerLink(link: { tokenHash: string; expiresAt: number }): Promise<void>
  /** Uses up an owner link. @returns the owner, made at the first use; undefined for a wrong, used or old link. */
  claimOwnerLink(tokenHash: string, now: number): Promise<User | undefined>
}

export function createAccountStore(database: Database): AccountStore {
  return {
    createUser: (user) => database.write((queries) => insertUser(queries, user)),
    findUser: (id) => database.read((queries) => findUser(queries, id)),
    findUsers: (ids) => database.read((queries) => findUsers(queries, ids)),
    listUsers: (page) => database.read((queries) => listUsers(queries, page)),
    rename: (id, name, now) =>
      database.write(async (queries) => {
        const renamed = await changeUser(queries, id, { name })
        await noteSearchText(queries, id)
        if (renamed) await noteRevocation(queries, { userId: id, kind: 'changed', at: now })
        return renamed
      }),
    deleteUnusedGuests: (unused) => database.write((queries) => deleteUnusedGuests(queries, unused)),
    fillSearchTexts: (limit) => database.write((queries) => fillSearchTexts(queries, limit)),
    setRole: (id, role, now, { evenTheLast } = { evenTheLast: false }) =>
      database.write(async (queries) => {
        if (role !== 'admin' && !evenTheLast) await requireAnotherAdmin(queries, database, id)
        return setRole(queries, { id, role, now })
      }),
    disable: (id, now) => database.write((queries) => disable(queries, database, { id, now })),
    enable: (id) => database.write((queries) => changeUser(queries, id, { disabled_at: null })),
    deleteUser: (id, now) => database.write((queries) => deleteUser(queries, database, { id, now })),
    anAdminCanComeIn: (offered) => database.read((queries) => anAdminCanComeIn(queries, offered)),
    createOwnerLink: (link) => database.write((queries) => replaceOwnerLink(queries, link)),
    claimOwnerLink: (tokenHash, now) => database.write((queries) => claimOwnerLink(queries, tokenHash, now)),
  }
}

async function changeUser(
  queries: Queries,
  id: string,
  change: Partial<Pick<UsersTable, 'name' | 'disabled_at'>> & { role?: Role },
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('users')
    .set(change)
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

type Act = { readonly id: string; readonly now: number }

async function setRole(queries: Queries, { id, role, now }: Act & { role: Role }): Promise<boolean> {
  const found = await findUser(queries, id)
  if (found === undefined || (found.kind === 'owner' && role !== 'admin')) return false
  if (found.role === role) return true
  await changeUser(queries, id, { role })
  await queries.updateTable('sessions').set({ rotation_due: 1 }).where('user_id', '=', id).execute()
  await noteRevocation(queries, { userId: id, kind: 'changed', role, at: now })
  return true
}

async function disable(queries: Queries, database: Database, { id, now }: Act): Promise<boolean> {
  await requireAnotherAdmin(queries, database, id)
  await database.lockUser(queries, id)
  const found = await findUser(queries, id)
  if (found === undefined || found.kind === 'owner') return false
  if (found.disabledAt !== null) return true
  await changeUser(queries, id, { disabled_at: now })
  await queries.deleteFrom('sessions').where('user_id', '=', id).execute()
  await closeRequestsOf(queries, id, now)
  await endCallsOf(queries, id)
  await noteRevocation(queries, { userId: id, kind: 'everything', at: now })
  return true
}

async function deleteUser(
  queries: Queries,
  database: Database,
  { id, now }: Act,
): Promise<BusTrace[] | undefined> {
  await requireAnotherAdmin(queries, database, id)
  await database.lockUser(queries, id)
  const traces = await tracesOf(queries, id)
  const { numDeletedRows } = await queries.deleteFrom('users').where('id', '=', id).executeTakeFirst()
  if (numDeletedRows === 0n) return undefined
  await forgetAddresses(queries, id)
  await forgetInvited(queries, id)
  await noteRevocation(queries, { userId: id, kind: 'everything', at: now })
  return traces
}
