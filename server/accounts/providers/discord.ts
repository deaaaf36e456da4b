import { type Configuration, fetchProtectedResource } from 'openid-client'
import type { ProvenIdentity } from '../sign-in.ts'
import { type Claims, present, textOf } from './claims.ts'
import { authorizationUrlOf, type Protections, redeemCode } from './code-flow.ts'
import { type Client, discoverLater, discoverOnce } from './discover.ts'
import type { FlowSecrets, Provider } from './provider.ts'
import { createProviderFetch } from './provider-fetch.ts'
import { readJson } from './read-json.ts'
import { asSignInFault, SignInFault } from './sign-in-fault.ts'

/** There is no id_token, so no nonce; the code is bound by PKCE, and the answer names its issuer. */
const protections: Protections = { pkce: true, nonce: false }

/** Discord: OAuth 2 by discovery (RFC 8414), then its API. Source: docs.discord.com "OAuth2", "Users Resource". */
export function createDiscord(client: Client, issuer = 'https://discord.com'): Provider {
  const facts = { issuer, client, algorithm: 'oauth2' as const }
  const configure = discoverLater(() => discoverOnce(facts, createProviderFetch()))
  return {
    slug: 'discord',
    name: 'Discord',
    issuer,
    tellsSignIn: false,
    authorizationUrl: (secrets, isAgain = false) =>
      configure()
        .then((configuration) =>
          authorizationUrlOf(configuration, secrets, protections, {
            scope: 'identify email',
            // All it can be made to ask for again is consent.
            ...(isAgain && { prompt: 'consent' }),
          }),
        )
        .catch(rethrow),
    redeem: (answer, secrets) =>
      configure()
        .then((configuration) => prove(configuration, issuer, answer, secrets))
        .catch(rethrow),
  }
}

async function prove(
  configuration: Configuration,
  issuer: string,
  answer: URL,
  secrets: FlowSecrets,
): Promise<ProvenIdentity> {
  const { access_token } = await redeemCode(configuration, answer, secrets, protections)
  const address = new URL('/api/users/@me', issuer)
  const user = await readJson(await fetchProtectedResource(configuration, access_token, address, 'GET'))
  return identityOfUser(user, issuer)
}

/** `verified` says whether the address is. */
function identityOfUser(user: Claims, issuer: string): ProvenIdentity {
  const subject = textOf(user.id)
  if (subject === undefined) throw new SignInFault('mixed_up', 'Discord named no user')
  const name = textOf(user.global_name) ?? textOf(user.username)
  return {
    issuer,
    subject,
    emailVerified: user.verified === true,
    ...present({ email: textOf(user.email), name }),
  }
}

const rethrow = (error: unknown): never => {
  throw asSignInFault(error)
}
