import type { HubConfig } from '../config.ts'
import type { Rooms } from '../house.ts'
import { isSameIssuer } from '../store/issuers.ts'
import { proxySource, type Saying } from './group-sources.ts'

/** Providers that call an address verified only once its bearer has shown that they read what is sent to it. */
const verifying = ['google', 'discord', 'github', 'twitch']

/**
 * Whether the addresses that an issuer calls verified may make admins by `ADMIN_EMAILS`: where `ADMIN_EMAILS_FROM` names
 * it; where that names none, of the well-known providers, and of any other that is the only way in. What an issuer of
 * one's own says of addresses is as true as its settings, and people may have written theirs themselves.
 */
export function vouchesForAdmins(
  { config, providers }: Pick<Rooms, 'config' | 'providers'>,
  { issuer, source }: Saying,
): boolean {
  const known = providers.find((one) => isSameIssuer(one.issuer, issuer))
  const slug = source ?? known?.slug
  if (slug === undefined) return false
  const named = config.adminEmailsFrom
  if (named.length > 0) return named.includes(slug)
  return verifying.includes(slug) || waysOf(config).length === 1
}

/** @returns what is wrong, for each name that is. */
export function adminSourceFlaws(config: HubConfig): string[] {
  const known = waysOf(config)
  return config.adminEmailsFrom
    .filter((name) => !known.includes(name))
    .map(
      (name) => `ADMIN_EMAILS_FROM names "${name}": it takes names of providers that are set up, and proxy`,
    )
}

/** Ways in whose addresses make no admin though one might think so. */
export function unheardForAdmins(config: HubConfig): string[] {
  if (config.adminEmails.length === 0 || config.adminEmailsFrom.length > 0) return []
  const ways = waysOf(config)
  return ways.length === 1 ? [] : ways.filter((slug) => !verifying.includes(slug))
}

function waysOf(config: HubConfig): string[] {
  const pairs = [
    ['google', config.googleClientId],
    ['discord', config.discordClientId],
    ['github', config.githubClientId],
    ['twitch', config.twitchClientId],
    [proxySource, config.proxyIdentityHeader],
  ] as const
  const set = pairs.flatMap(([slug, value]) => (value === undefined ? [] : slug))
  return [...config.issuers.map(({ slug }) => slug), ...set]
}
