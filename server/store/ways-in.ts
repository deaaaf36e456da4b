import type { User } from './accounts.ts'
import type { Queries } from './database.ts'
import { isSameIssuer } from './issuers.ts'
import { enabledAdmins } from './last-admin.ts'

/** By what the sign-in page lets people in. Nothing else is a way in for as long as the settings stay as they are. */
export interface OfferedWays {
  /** The name by which passkeys work; undefined: none do. */
  readonly rpId: string | undefined
  /** Whose accounts are taken. */
  readonly issuers: readonly string[]
  readonly recoveryCodes: boolean
}

/** A passkey or a linked account. Recovery codes are for the day these are lost, and used up: they hold nobody up. */
export type WayIn =
  | { readonly credentialId: string; readonly rpId: string | null }
  | { readonly issuer: string; readonly subject: string }

/** A passkey of which no name is known may work, so it counts. */
export const isOffered = (way: WayIn, { rpId, issuers }: OfferedWays): boolean =>
  'issuer' in way
    ? issuers.some((one) => isSameIssuer(one, way.issuer))
    : rpId !== undefined && (way.rpId ?? rpId) === rpId

/**
 * Whether an account would be left without a way in by taking one away. One that is offered stays until another is; one
 * that is not goes while there is any other. An owner has the owner link.
 */
export function isLastOf(
  { kind, ways }: { kind: User['kind']; ways: readonly WayIn[] },
  taken: WayIn,
  offered: OfferedWays,
): boolean {
  const left = ways.filter((one) => keyOf(one) !== keyOf(taken))
  const hasOther = isOffered(taken, offered) ? left.some((one) => isOffered(one, offered)) : left.length > 0
  return kind !== 'owner' && !hasOther
}

const keyOf = (way: WayIn): string =>
  'issuer' in way ? JSON.stringify([way.issuer, way.subject]) : way.credentialId

/** The same of what is stored, within a transaction that has locked the person, so that two at once do not take the last two. */
export async function isLastWayIn(
  queries: Queries,
  userId: string,
  taken: WayIn,
  offered: OfferedWays,
): Promise<boolean> {
  const { kind } = await queries
    .selectFrom('users')
    .select('kind')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  const passkeys = await queries
    .selectFrom('passkeys')
    .select(['credential_id as credentialId', 'rp_id as rpId'])
    .where('user_id', '=', userId)
    .execute()
  const identities = await queries
    .selectFrom('identities')
    .select(['issuer', 'subject'])
    .where('user_id', '=', userId)
    .execute()
  return isLastOf({ kind, ways: [...passkeys, ...identities] }, taken, offered)
}

/** See `AccountStore.anAdminCanComeIn`. */
export async function anAdminCanComeIn(queries: Queries, offered: OfferedWays): Promise<boolean> {
  const admins = enabledAdmins(queries)
  const passkeys = await queries
    .selectFrom('passkeys')
    .select(['credential_id as credentialId', 'rp_id as rpId'])
    .where('user_id', 'in', admins)
    .execute()
  const identities = await queries
    .selectFrom('identities')
    .select(['issuer', 'subject'])
    .where('user_id', 'in', admins)
    .execute()
  if ([...passkeys, ...identities].some((way) => isOffered(way, offered))) return true
  if (!offered.recoveryCodes) return false
  const unused = queries.selectFrom('recovery_codes').select('user_id').where('used_at', 'is', null)
  return (await unused.where('user_id', 'in', admins).limit(1).executeTakeFirst()) !== undefined
}
