import { ConfigError } from '../../../settings/read-settings.ts'
import type { HubConfig } from '../../config.ts'
import { adminSourceFlaws } from '../admin-sources.ts'
import { groupSourceFlaws } from '../group-sources.ts'
import { isLoopback } from '../local-request.ts'
import { isLocal, secureAddress } from './discover.ts'

/** Settings that only make sense together. @throws ConfigError naming every variable that is missing. */
export function checkProviderSettings(config: HubConfig): void {
  const pairs = [
    ['GOOGLE', config.googleClientId, config.googleClientSecret],
    ['DISCORD', config.discordClientId, config.discordClientSecret],
    ['GITHUB', config.githubClientId, config.githubClientSecret],
    ['TWITCH', config.twitchClientId, config.twitchClientSecret],
  ] as const
  const halves = pairs.filter(([, id, secret]) => (id === undefined) !== (secret === undefined))
  const flaws = halves.map(([prefix, id]) => {
    const [missing, given] = id === undefined ? ['ID', 'SECRET'] : ['SECRET', 'ID']
    return `${prefix}_CLIENT_${missing} is not set: it goes with ${prefix}_CLIENT_${given}`
  })
  const isOn = config.issuers.length > 0 || pairs.some(([, id]) => id !== undefined)
  if (isOn && config.publicUrl === '' && !isLoopback(config.host))
    flaws.push('PUBLIC_URL is not set: sign-in providers send people back there, when HOST is not loopback')
  flaws.push(...proxyFlaws(config), ...groupSourceFlaws(config), ...adminSourceFlaws(config))
  if (flaws.length > 0) throw new ConfigError(flaws.join('\n'))
}

/** A header that nobody checks would let everybody be anybody. */
function proxyFlaws(config: HubConfig): string[] {
  if (config.proxyIdentityHeader === undefined) return []
  const { proxyIdentityKeysUrl: keysUrl, proxyIdentitySecret: secret } = config
  const flaws: string[] = []
  if (config.trustedProxies.length === 0) flaws.push(`TRUSTED_PROXIES is not set${needed}`)
  if (config.proxyIdentityIssuer === undefined) flaws.push(`PROXY_IDENTITY_ISSUER is not set${needed}`)
  if (config.proxyIdentityAudience === undefined) flaws.push(`PROXY_IDENTITY_AUDIENCE is not set${needed}`)
  if ((keysUrl === undefined) === (secret === undefined))
    flaws.push(`Of PROXY_IDENTITY_KEYS_URL and PROXY_IDENTITY_SECRET one must be set${needed}`)
  if (keysUrl !== undefined && !isSecureAddress(keysUrl))
    flaws.push(
      `PROXY_IDENTITY_KEYS_URL is ${JSON.stringify(keysUrl)}: it takes ${secureAddress}, since whoever sits on the way to it could sign for everybody`,
    )
  return flaws
}

const isSecureAddress = (address: string): boolean => {
  const url = new URL(address)
  return url.protocol === 'https:' || isLocal(url)
}

const needed = ': PROXY_IDENTITY_HEADER is believed only with it'
