import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client'
import { isLoopback } from '../local-request.ts'
import { answerTimeoutSeconds } from './provider-fetch.ts'

/** An application that was registered with a provider. */
export interface Client {
  readonly id: string
  readonly secret: string
}

/** What a provider says of itself is asked for again after this time, in milliseconds. */
const metadataAgeMs = 60 * 60_000

/** After a refresh that failed, in milliseconds. */
const retryAfterMs = 60_000

/**
 * Discovers a provider when it is first needed, so that one that is away holds up nobody's start. A refresh that fails
 * leaves what was known in use; a first one that fails is tried again by the next sign-in.
 */
export function discoverLater(discover: () => Promise<Configuration>): () => Promise<Configuration> {
  let known: { readonly configuration: Configuration; readonly until: number } | undefined
  let underWay: Promise<Configuration> | undefined
  const refresh = async () => {
    try {
      const configuration = await discover()
      known = { configuration, until: Date.now() + metadataAgeMs }
      return configuration
    } catch (error) {
      if (known === undefined) throw error
      known = { configuration: known.configuration, until: Date.now() + retryAfterMs }
      return known.configuration
    } finally {
      underWay = undefined
    }
  }
  return async () => {
    if (known !== undefined && Date.now() < known.until) return known.configuration
    underWay ??= refresh()
    return underWay
  }
}

/** One discovery. Every id_token is held against the provider's keys, though it comes straight from it. */
export async function discoverOnce(
  { issuer, client, algorithm }: { issuer: string; client: Client; algorithm: 'oidc' | 'oauth2' },
  fetchWith: CustomFetch,
): Promise<Configuration> {
  const server = new URL(issuer)
  const configuration = await discovery(server, client.id, undefined, authenticate(client.secret), {
    algorithm,
    timeout: answerTimeoutSeconds,
    execute: isLocal(server) ? [allowInsecureRequests] : [],
    [customFetch]: fetchWith,
  })
  if (algorithm === 'oidc') enableNonRepudiationChecks(configuration)
  return configuration
}

/** A provider on this very machine may speak plain HTTP, as while trying things out. */
export const isLocal = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && (isLoopback(hostname) || hostname === '[::1]')

/** The same in words, for settings that are refused. */
export const secureAddress =
  'an address that begins with https://, or on this machine (localhost, 127.0.0.1) with http://'

/** The secret goes into the form where the provider says that it may, else into a header, which all must take. */
export function authenticate(secret: string): ClientAuth {
  const [post, basic] = [ClientSecretPost(secret), ClientSecretBasic(secret)]
  return (server, client, body, headers) => {
    const inForm = server.token_endpoint_auth_methods_supported?.includes('client_secret_post') ?? false
    return (inForm ? post : basic)(server, client, body, headers)
  }
}
