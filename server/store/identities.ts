import type { Account } from './accounts.ts'
import type { Database, Queries } from './database.ts'
import { noteSearchText } from './people-search.ts'
import { type SignUp, type SignUpOutcome, signUp } from './sign-up.ts'
import { toAccount, userColumns } from './user-rows.ts'
import { isLastWayIn, type OfferedWays } from './ways-in.ts'

/** Most accounts elsewhere that are linked to one person. */
export const maxIdentitiesPerUser = 20

/** Somebody as a provider names them. The pair is who it is; everything else is only what the provider says of them. */
export interface Identity {
  readonly issuer: string
  readonly subject: string
  readonly email: string | null
  readonly emailVerified: boolean
  /** How the person is called there, for the list of linked accounts. */
  readonly label: string
}

export interface LinkedIdentity extends Identity {
  readonly userId: string
  readonly createdAt: number
  readonly lastUsedAt: number
}

/** `taken`: somebody else's; `full`: past `maxIdentitiesPerUser`. */
export type LinkOutcome = 'linked' | 'already' | 'taken' | 'full'

export interface IdentityStore {
  /** Whose identity it is, disabled or not. */
  findUser(issuer: string, subject: string): Promise<Account | undefined>
  /** Notes a sign-in: what the provider says now, and the user's verified e-mail. */
  noteSignIn(identity: Identity, now: number): Promise<void>
  /** The first sign-in of an identity; see `sign-up.ts`. */
  signUp(input: SignUp): Promise<SignUpOutcome>
  link(identity: Identity, userId: string, now: number): Promise<LinkOutcome>
  /** `last`: nobody could sign in to the account any more by the ways that are offered. */
  unlink(
    userId: string,
    identity: Pick<Identity, 'issuer' | 'subject'>,
    offered: OfferedWays,
  ): Promise<'unlinked' | 'last' | 'none'>
  list(userId: string): Promise<LinkedIdentity[]>
}

export function createIdentityStore(database: Database): IdentityStore {
  return {
    findUser: (issuer, subject) => database.read((queries) => findByIdentity(queries, { issuer, subject })),
    noteSignIn: (identity, now) => database.write((queries) => noteSignIn(queries, identity, now)),
    signUp: (input) => signUp(database, input),
    link: (identity, userId, now) =>
      database.write(async (queries) => {
        await database.lockUser(queries, userId)
        return link(queries, identity, userId, now)
      }),
    unlink: (userId, identity, offered) =>
      database.write(async (queries) => {
        await database.lockUser(queries, userId)
        return unlink(queries, userId, identity, offered)
      }),
    list: (userId) => database.read((queries) => list(queries, userId)),
  }
}

type Key = Pick<Identity, 'issuer' | 'subject'>

export async function findByIdentity(
  queries: Queries,
  { issuer, subject }: Key,
): Promise<Account | undefined> {
  const row = await queries
    .selectFrom('identities')
    .innerJoin('users', 'users.id', 'identities.user_id')
    .select(userColumns)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row && toAccount(row)
}

/** @returns false where the identity is there already, whoever's it is. */
export async function insertIdentity(
  queries: Queries,
  identity: Identity,
  userId: string,
  now: number,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('identities')
    .values({
      issuer: identity.issuer,
      subject: identity.subject,
      user_id: userId,
      email: identity.email,
      email_verified: identity.emailVerified ? 1 : 0,
      label: identity.label,
      created_at: now,
      last_used_at: now,
    })
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

async function noteSignIn(queries: Queries, identity: Identity, now: number): Promise<void> {
  const { issuer, subject, email, emailVerified, label } = identity
  await queries
    .updateTable('identities')
    .set({ email, email_verified: emailVerified ? 1 : 0, label, last_used_at: now })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute()
  if (email === null || !emailVerified) return
  const known = await findByIdentity(queries, identity)
  if (known === undefined) return
  await queries.updateTable('users').set({ email }).where('id', '=', known.id).execute()
  await noteSearchText(queries, known.id)
}

/** What is there is looked at first: who is full may still hear that an account is theirs already. */
async function link(queries: Queries, identity: Identity, userId: string, now: number): Promise<LinkOutcome> {
  const present = await findByIdentity(queries, identity)
  if (present !== undefined) return present.id === userId ? 'already' : 'taken'
  if ((await list(queries, userId)).length >= maxIdentitiesPerUser) return 'full'
  return (await insertIdentity(queries, identity, userId, now)) ? 'linked' : 'taken'
}

async function unlink(queries: Queries, userId: string, { issuer, subject }: Key, offered: OfferedWays) {
  const linked = await list(queries, userId)
  if (!linked.some((one) => one.issuer === issuer && one.subject === subject)) return 'none' as const
  if (await isLastWayIn(queries, userId, { issuer, subject }, offered)) return 'last' as const
  await queries
    .deleteFrom('identities')
    .where('user_id', '=', userId)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute()
  return 'unlinked' as const
}

async function list(queries: Queries, userId: string): Promise<LinkedIdentity[]> {
  const rows = await queries
    .selectFrom('identities')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .execute()
  return rows.map((row) => ({
    issuer: row.issuer,
    subject: row.subject,
    userId: row.user_id,
    email: row.email,
    emailVerified: row.email_verified === 1,
    label: row.label,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }))
}
