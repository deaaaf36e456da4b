import type { Configuration, CustomFetch } from 'openid-client'
import { identityOf } from './claims.ts'
import { authorizationUrlOf, type Protections, redeemCode } from './code-flow.ts'
import { type Client, discoverLater, discoverOnce } from './discover.ts'
import { createOidcLogout } from './oidc-logout.ts'
import type { FlowSecrets, Provider } from './provider.ts'
import { createProviderFetch } from './provider-fetch.ts'
import { asSignInFault, SignInFault } from './sign-in-fault.ts'

/** An OpenID provider; what the optional parts leave open is as the standard has it. */
export interface OidcFacts {
  readonly slug: string
  readonly name: string
  /** By whose discovery document everything else is found. */
  readonly issuer: string
  readonly client: Client
  readonly scope?: string
  /** PKCE is sent unless this is false: a provider that doesn't know it leaves it alone (RFC 6749, section 3.1). */
  readonly pkce?: boolean
  /** Further parameters of the authorization request. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly fetchWith?: CustomFetch
  /** Exchanges a code in another way than the standard's. */
  readonly redeem?: typeof redeemCode
}

/** Longest subject that a provider may give, in characters (OpenID Connect Core 1.0, section 2). */
const maxSubjectLength = 255

/** Signs in with OpenID Connect: code flow, `state`, `nonce`, PKCE, `iss`, and a signed id_token. */
export function createOidcProvider(facts: OidcFacts): Provider {
  const { slug, name, issuer, client, fetchWith = createProviderFetch() } = facts
  const protections: Protections = { pkce: facts.pkce ?? true, nonce: true }
  const parameters = { scope: facts.scope ?? 'openid profile email', ...facts.parameters }
  const configure = discoverLater(() => discoverOnce({ issuer, client, algorithm: 'oidc' }, fetchWith))
  return {
    slug,
    name,
    authorizationUrl: (secrets) =>
      configure()
        .then((configuration) => authorizationUrlOf(configuration, secrets, protections, parameters))
        .catch(rethrow),
    redeem: (answer, secrets) =>
      configure()
        .then((configuration) => proveWith(configuration, answer, secrets, protections, facts.redeem))
        .catch(rethrow),
    logout: createOidcLogout(configure, client.id),
  }
}

async function proveWith(
  configuration: Configuration,
  answer: URL,
  secrets: FlowSecrets,
  protections: Protections,
  redeem = redeemCode,
) {
  const tokens = await redeem(configuration, answer, secrets, protections)
  const claims = tokens.claims()
  if (claims === undefined) throw new SignInFault('mixed_up', 'The provider sent no id_token')
  if (claims.sub.length === 0 || claims.sub.length > maxSubjectLength)
    throw new SignInFault('mixed_up', 'The provider sent no usable subject')
  return identityOf(claims, configuration.serverMetadata().issuer, tokens.id_token)
}

const rethrow = (error: unknown): never => {
  throw asSignInFault(error)
}
