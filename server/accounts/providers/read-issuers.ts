import { ConfigError, type Environment } from '../../../settings/read-settings.ts'
import type { Variable } from '../../../settings/setting.ts'
import { isLocal, secureAddress } from './discover.ts'

/** An OpenID provider that the settings name. */
export interface IssuerSettings {
  readonly slug: string
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string
  /** Whether it says when somebody last signed in there (`auth_time`). */
  readonly tellsSignIn: boolean
}

/** Most issuers that one house names. */
const maxIssuers = 10

const defaultScope = 'openid profile email'

const slugPattern = /^[a-z][a-z0-9-]{0,30}$/

/** Taken by the providers with variables of their own, and by routes below `/sign-in/`. */
const reserved = new Set([
  'google',
  'discord',
  'github',
  'twitch',
  'passkey',
  'recovery',
  'proxy',
  'guest',
  'link',
])

/**
 * Reads `OIDC_ISSUERS`, and for each slug in it `OIDC_{SLUG}_ISSUER`, `_CLIENT_ID`, `_CLIENT_SECRET`, `_NAME`, `_SCOPE` and
 * `_AUTH_TIME`.
 *
 * @throws ConfigError naming every variable that is wrong or missing.
 */
export function readIssuers(slugs: readonly string[], environment: Environment): IssuerSettings[] {
  const flaws: string[] = []
  if (slugs.length > maxIssuers)
    flaws.push(`OIDC_ISSUERS names ${slugs.length} issuers: it takes ${maxIssuers}`)
  const issuers = slugs.map((slug) => {
    if (!slugPattern.test(slug) || reserved.has(slug))
      flaws.push(
        `OIDC_ISSUERS names "${slug}": it takes names of a-z, 0-9 and -, but not ${[...reserved].join(', ')}`,
      )
    return readIssuer(slug, environment, flaws)
  })
  if (new Set(slugs).size < slugs.length) flaws.push('OIDC_ISSUERS names an issuer twice')
  if (flaws.length > 0) throw new ConfigError(flaws.join('\n'))
  return issuers
}

function readIssuer(slug: string, environment: Environment, flaws: string[]): IssuerSettings {
  const prefix = `OIDC_${slug.toUpperCase().replaceAll('-', '_')}`
  const read = (part: string) => environment[`${prefix}_${part}`]?.trim() ?? ''
  const [issuer, clientId, clientSecret] = [read('ISSUER'), read('CLIENT_ID'), read('CLIENT_SECRET')]
  if (!isIssuer(issuer))
    flaws.push(
      `${prefix}_ISSUER is ${JSON.stringify(issuer)}: it takes ${secureAddress}, without a question mark or #`,
    )
  if (clientId === '') flaws.push(`${prefix}_CLIENT_ID is not set: the provider tells it at registration`)
  if (clientSecret === '')
    flaws.push(`${prefix}_CLIENT_SECRET is not set: the provider tells it at registration`)
  const scope = read('SCOPE') || defaultScope
  if (!/^openid(?:\s|$)/.test(scope))
    flaws.push(
      `${prefix}_SCOPE is ${JSON.stringify(scope)}: it takes scopes with spaces between them, openid first`,
    )
  const authTime = read('AUTH_TIME') || 'required'
  if (authTime !== 'required' && authTime !== 'none')
    flaws.push(`${prefix}_AUTH_TIME is ${JSON.stringify(authTime)}: it takes required or none`)
  const name = read('NAME') || titled(slug)
  return { slug, name, issuer, clientId, clientSecret, scope, tellsSignIn: authTime === 'required' }
}

/** An issuer's address has neither query nor fragment (OpenID Connect Discovery 1.0, section 3). */
function isIssuer(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || isLocal(url)) && url.search === '' && url.hash === ''
}

const titled = (slug: string): string => slug.slice(0, 1).toUpperCase() + slug.slice(1).replaceAll('-', ' ')

/** For the README's table: the parts of every issuer, under a placeholder. */
export const issuerVariables: readonly Variable[] = [
  ['ISSUER', 'Its address, from whose discovery document everything else is read.'],
  ['CLIENT_ID', 'What it calls this house.'],
  ['CLIENT_SECRET', 'The secret it gave this house.'],
  ['NAME', 'What the sign-in page calls it. Without it: the name in OIDC_ISSUERS.'],
  ['SCOPE', 'What it is asked for. Some name groups only to who asks for groups.', defaultScope],
  [
    'AUTH_TIME',
    'required: it says when somebody last signed in there, and who confirms by it that it is them must have signed in there just now. none: it cannot say that, and counts like Google.',
    'required',
  ],
].map(([part = '', meaning = '', value = '']) => ({
  name: `OIDC_{NAME}_${part}`,
  aliases: [],
  default: value,
  meaning,
}))
