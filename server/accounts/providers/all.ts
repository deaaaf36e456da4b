import type { HubConfig } from '../../config.ts'
import { createDiscord } from './discord.ts'
import type { Client } from './discover.ts'
import { createGithub, type GithubAddresses } from './github.ts'
import { createGoogle } from './google.ts'
import { createOidcProvider } from './oidc.ts'
import type { Provider } from './provider.ts'
import { createTwitch } from './twitch.ts'

/** Where the providers are that have no address among the settings; absent: where they really are. */
export interface ProviderAddresses {
  readonly google?: string
  readonly discord?: string
  readonly twitch?: string
  readonly github?: GithubAddresses
}

/** The providers that are configured, in the order of the sign-in page. */
export function createProviders(config: HubConfig, addresses: ProviderAddresses = {}): Provider[] {
  const google = clientOf(config.googleClientId, config.googleClientSecret)
  const discord = clientOf(config.discordClientId, config.discordClientSecret)
  const github = clientOf(config.githubClientId, config.githubClientSecret)
  const twitch = clientOf(config.twitchClientId, config.twitchClientSecret)
  return [
    ...config.issuers.map(({ clientId, clientSecret, ...facts }) =>
      createOidcProvider({ ...facts, client: { id: clientId, secret: clientSecret }, userInfo: true }),
    ),
    ...(google ? [createGoogle(google, addresses.google)] : []),
    ...(discord ? [createDiscord(discord, addresses.discord)] : []),
    ...(github ? [createGithub(github, addresses.github)] : []),
    ...(twitch ? [createTwitch(twitch, addresses.twitch)] : []),
  ]
}

const clientOf = (id: string | undefined, secret: string | undefined): Client | undefined =>
  id === undefined || secret === undefined ? undefined : { id, secret }
