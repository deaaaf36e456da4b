import type { HubConfig } from '../config.ts'
import { isSameIssuer } from '../store/issuers.ts'

/** What the name of a trusted proxy is among the sources of groups. */
export const proxySource = 'proxy'

/** Who says something of a person: the trusted proxy, or else the provider of an issuer. */
export interface Saying {
  readonly issuer: string
  readonly source?: typeof proxySource | undefined
}

export type GroupSources = Pick<HubConfig, 'issuers' | 'proxyIdentityIssuer' | 'roleGroupsFrom'>

/**
 * Whether the groups that an issuer names decide roles here. Only where the settings say so of that very issuer: what one
 * calls admins is at another a group that anybody may found. A proxy has its tokens' issuer from the settings.
 */
export function decidesRoles(
  { issuers, roleGroupsFrom }: Pick<GroupSources, 'issuers' | 'roleGroupsFrom'>,
  { issuer, source }: Saying,
): boolean {
  if (source === proxySource) return roleGroupsFrom.includes(proxySource)
  const sources = issuers.filter(({ slug }) => roleGroupsFrom.includes(slug))
  return sources.some((one) => isSameIssuer(one.issuer, issuer))
}

/** Groups of nobody in particular would be everybody's. @returns what is wrong, for each name that is. */
export function groupSourceFlaws(config: GroupSources & Pick<HubConfig, 'roleGroups'>): string[] {
  const { issuers, proxyIdentityIssuer, roleGroups, roleGroupsFrom } = config
  if (roleGroups.length > 0 && roleGroupsFrom.length === 0)
    return ['ROLE_GROUPS_FROM is not set: ROLE_GROUPS counts for the issuers it names and no others']
  const known = issuers.map(({ slug }) => slug)
  if (proxyIdentityIssuer !== undefined) known.push(proxySource)
  return roleGroupsFrom
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `ROLE_GROUPS_FROM names "${name}": it takes names of OIDC_ISSUERS, and proxy with PROXY_IDENTITY_ISSUER`,
    )
}
