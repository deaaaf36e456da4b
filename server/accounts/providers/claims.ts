import type { ProvenIdentity } from '../sign-in.ts'

/** What a provider says of somebody, as far as it is read. Every field may be missing or of another type. */
export type Claims = Readonly<Record<string, unknown>>

/** Longest name, address or group that is taken from a provider, in UTF-16 code units. */
const maxTextLength = 200

/** Most groups of a person that are looked at. */
const maxGroups = 500

/**
 * What id_token and userinfo say together; the id_token goes before. An address and whether it is verified come from one
 * of the two, since a word about one address says nothing of another. When somebody signed in there, and by which
 * session, only the id_token says: it is signed, and of this very sign-in, while userinfo may pass on what people wrote.
 */
export function mergeClaims(idToken: Claims, userInfo: Claims): Claims {
  const isWhole = idToken.email !== undefined && idToken.email_verified !== undefined
  const { email, email_verified } = isWhole || userInfo.email === undefined ? idToken : userInfo
  const { auth_time, sid } = idToken
  return { ...userInfo, ...idToken, email, email_verified, auth_time, sid }
}

/**
 * Makes an identity of an id_token's claims. An address counts as verified only where the provider says so with a
 * boolean: Authentik says false unless told otherwise (since 2025.10), and an absent claim says nothing.
 */
export function identityOf(
  claims: Claims & { readonly sub: string },
  issuer: string,
  idToken: string | undefined,
): ProvenIdentity {
  const groups = groupsOf(claims.groups)
  return {
    issuer,
    subject: claims.sub,
    emailVerified: claims.email_verified === true,
    ...present({
      email: textOf(claims.email),
      name: textOf(claims.name) ?? textOf(claims.preferred_username),
      sid: textOf(claims.sid),
      idToken,
    }),
    ...(typeof claims.auth_time === 'number' && { provenAt: claims.auth_time * 1000 }),
    ...(groups && { groups }),
  }
}

/** Leaves out what is not there. */
export function present<Key extends string>(
  fields: Readonly<Record<Key, string | undefined>>,
): Partial<Record<Key, string>> {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(there) as Partial<Record<Key, string>>
}

/** Text that says something and isn't endless; control characters have no place in a name. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maxTextLength) return undefined
  const text = value.replace(/\p{Cc}/gu, '').trim()
  return text === '' ? undefined : text
}

/** Undefined where the provider names no groups at all, which is another thing than naming none of them. */
const groupsOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.slice(0, maxGroups).flatMap((group) => textOf(group) ?? []) : undefined
