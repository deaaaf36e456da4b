import { type Configuration, type CustomFetch, fetchUserInfo } from 'openid-client'
import type { ProvenIdentity } from '../sign-in.ts'
import { type Claims, identityOf } from './claims.ts'
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
  /** Asks the userinfo endpoint too, where the id_token leaves name, address or groups open. */
  readonly userInfo?: boolean
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
    issuer,
    authorizationUrl: (secrets) =>
      configure()
        .then((configuration) => authorizationUrlOf(configuration, secrets, protections, parameters))
        .catch(rethrow),
    redeem: (answer, secrets) =>
      configure()
        .then((configuration) => prove({ ...facts, configuration, protections }, answer, secrets))
        .catch(rethrow),
    logout: createOidcLogout(configure, client.id),
  }
}

interface Proving extends Pick<OidcFacts, 'redeem' | 'userInfo'> {
  readonly configuration: Configuration
  readonly protections: Protections
}

async function prove(
  { configuration, protections, redeem = redeemCode, userInfo = false }: Proving,
  answer: URL,
  secrets: FlowSecrets,
): Promise<ProvenIdentity> {
  const tokens = await redeem(configuration, answer, secrets, protections)
  const claims = tokens.claims()
  if (claims === undefined) throw new SignInFault('mixed_up', 'The provider sent no id_token')
  if (claims.sub.length === 0 || claims.sub.length > maxSubjectLength)
    throw new SignInFault('mixed_up', 'The provider sent no usable subject')
  const more = userInfo ? await readUserInfo(configuration, tokens.access_token, claims) : {}
  const said = { ...more, ...claims, sub: claims.sub }
  return identityOf(said, configuration.serverMetadata().issuer, tokens.id_token)
}

/** Many providers say only there what a scope stands for (OpenID Connect Core 1.0, section 5.4). */
async function readUserInfo(
  configuration: Configuration,
  accessToken: string,
  claims: Claims & { readonly sub: string },
): Promise<Claims> {
  const isComplete = ['name', 'email', 'groups'].every((name) => claims[name] !== undefined)
  if (isComplete || configuration.serverMetadata().userinfo_endpoint === undefined) return {}
  return { ...(await fetchUserInfo(configuration, accessToken, claims.sub)) }
}

const rethrow = (error: unknown): never => {
  throw asSignInFault(error)
}
