import type { HubConfig } from '../config.ts'
import { type Role, roles } from '../store/accounts.ts'

/** What a provider says of somebody, as far as the rules look at it. */
export interface Claims {
  readonly email: string | null
  readonly emailVerified: boolean
  /** Whether who says so may make admins by an address. */
  readonly vouchesForAdmins: boolean
  /** Groups as the provider names them; undefined: it names none, or its groups are not asked, so they decide nothing. */
  readonly groups?: readonly string[]
}

export type SignUpRules = Pick<
  HubConfig,
  'signUp' | 'signUpDomains' | 'signUpEmails' | 'adminEmails' | 'roleGroups'
>

export type SignUpRefusal = 'closed' | 'email_unverified' | 'not_invited'

/**
 * Whether somebody new may sign up. An address counts only where the provider has verified it: anybody can write any
 * address into a profile.
 *
 * @returns the reason against it, or undefined.
 */
export function refusalOfSignUp(
  rules: SignUpRules,
  claims: Claims,
  isInvited: boolean,
): SignUpRefusal | undefined {
  if (isAdminEmail(rules, claims)) return undefined
  if (rules.signUp === 'closed') return 'closed'
  if (isInvited || isListed(rules, verifiedEmail(claims))) return undefined
  const hasLists = rules.signUpDomains.length + rules.signUpEmails.length > 0
  if (rules.signUp === 'open' && !hasLists) return undefined
  return hasLists && isListed(rules, claims.email) ? 'email_unverified' : 'not_invited'
}

/** The role somebody gets by what the provider says; undefined: that decides nothing, and a role they have stays. */
export function roleByClaims(rules: SignUpRules, claims: Claims): Role | undefined {
  if (isAdminEmail(rules, claims)) return 'admin'
  const { groups } = claims
  if (groups === undefined || rules.roleGroups.length === 0) return undefined
  const given = rules.roleGroups.filter(({ group }) => groups.includes(group)).map(({ role }) => role)
  return roles.findLast((role) => given.includes(role)) ?? 'user'
}

const isAdminEmail = ({ adminEmails }: SignUpRules, claims: Claims): boolean => {
  const email = verifiedEmail(claims)
  return claims.vouchesForAdmins && email !== null && adminEmails.includes(email)
}

const verifiedEmail = ({ email, emailVerified }: Claims): string | null =>
  emailVerified && email !== null ? email.toLowerCase() : null

function isListed({ signUpEmails, signUpDomains }: SignUpRules, email: string | null): boolean {
  if (email === null) return false
  const address = email.toLowerCase()
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return signUpEmails.includes(address) || signUpDomains.includes(domain)
}
