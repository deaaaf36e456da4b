import {
  allowInsecureRequests,
  type ClientAuth,
  ClientError,
  Configuration,
  type CustomFetch,
  customFetch,
  enableNonRepudiationChecks,
  type ServerMetadata,
} from 'openid-client'
import { redeemCode } from './code-flow.ts'
import { authenticate, type Client, isLocal } from './discover.ts'
import { createOidcProvider } from './oidc.ts'
import type { Provider } from './provider.ts'
import { answerTimeoutSeconds, createProviderFetch } from './provider-fetch.ts'

/**
 * Google, by discovery. It takes no `max_age` and asks nobody for a password again; all it can be made to do is to ask
 * which account. Source: developers.google.com "OpenID Connect API Reference".
 */
export function createGoogle(client: Client, issuer = 'https://accounts.google.com'): Provider {
  const fetchWith = createProviderFetch()
  const redeem = redeemWithEitherIssuer(authenticate(client.secret), fetchWith)
  return createOidcProvider({
    ...{ slug: 'google', name: 'Google', issuer, client, fetchWith, redeem },
    tellsSignIn: false,
    again: { prompt: 'select_account' },
  })
}

/**
 * Google may name itself in an id_token without the scheme. The library takes one name, and a code works once: where
 * the name is what it stumbles over, the answer that is already here is checked again, under the other name.
 */
const redeemWithEitherIssuer =
  (authentication: ClientAuth, fetchWith: CustomFetch): typeof redeemCode =>
  async (configuration, answer, secrets, protections) => {
    const { issuer, token_endpoint } = configuration.serverMetadata()
    let kept: Response | undefined
    const asItself = copyOf(configuration, issuer, authentication)
    asItself[customFetch] = async (address, options) => {
      const response = await fetchWith(address, options)
      if (address === token_endpoint) kept = response.clone()
      return response
    }
    try {
      return await redeemCode(asItself, answer, secrets, protections)
    } catch (error) {
      const spoken = kept
      if (spoken === undefined || !isOtherClaim(error)) throw error
      const asBefore = copyOf(configuration, issuer.replace(/^https?:\/\//, ''), authentication)
      asBefore[customFetch] = async (address, options) =>
        address === token_endpoint ? spoken : fetchWith(address, options)
      return redeemCode(asBefore, withoutIssuer(answer), secrets, protections)
    }
  }

function copyOf(known: Configuration, issuer: string, authentication: ClientAuth): Configuration {
  const found: ServerMetadata = known.serverMetadata()
  const server = { ...found, issuer }
  // Without the scheme the answer is checked for the second time, and its `iss` is taken away.
  if (!URL.canParse(issuer)) server.authorization_response_iss_parameter_supported = false
  const copy = new Configuration(server, known.clientMetadata().client_id, undefined, authentication)
  copy.timeout = answerTimeoutSeconds
  enableNonRepudiationChecks(copy)
  if (isLocal(new URL(found.issuer))) allowInsecureRequests(copy)
  return copy
}

const isOtherClaim = (error: unknown): boolean =>
  error instanceof ClientError && error.code === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED'

/** `iss` was checked in the first round. */
function withoutIssuer(answer: URL): URL {
  const url = new URL(answer)
  url.searchParams.delete('iss')
  return url
}
