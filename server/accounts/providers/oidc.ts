import { type Configuration, type CustomFetch, fetchUserInfo } from 'openid-client'
import type { ProvenIdentity } from '../sign-in.ts'
import { type Claims, identityOf, mergeClaims } from './claims.ts'
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
  /** What makes it ask somebody again whom it knows; absent: as the standard has it. */
  readonly again?: Readonly<Record<string, string>>
  /** False where it takes no `max_age`, or answers without `auth_time`. */
  readonly tellsSignIn?: boolean
  readonly fetchWith?: CustomFetch
  /** Asks the userinfo endpoint too, where the id_token leaves name, address or groups open. */
  readonly userInfo?: boolean
  /** Exchanges a code in another way than the standard's. */
  readonly redeem?: typeof redeemCode
}

/** Longest subject that a provider may give, in characters (OpenID Connect Core 1.0, section 2). */
const maxSubjectLength = 255

/**
 * Whoever is to be asked again is asked if the last time was longer ago than this, in seconds: half of what counts as
 * fresh, so that some of it is left. Not 0, which Authentik takes for no limit at all.
 */
const againAfterSeconds = 300

/** With any limit the answer must say when the person signed in there (OpenID Connect Core 1.0, section 3.1.2.1). */
const longestSeconds = 365 * 24 * 60 * 60

/** Signs in with OpenID Connect: code flow, `state`, `nonce`, PKCE, `iss`, and a signed id_token. */
export function createOidcProvider(facts: OidcFacts): Provider {
  const { slug, name, issuer, client, fetchWith = createProviderFetch(), tellsSignIn = true } = facts
  const protections: Protections = { pkce: facts.pkce ?? true, nonce: true }
  const configure = discoverLater(() => discoverOnce({ issuer, client, algorithm: 'oidc' }, fetchWith))
  return {
    slug,
    name,
    issuer,
    tellsSignIn,
    authorizationUrl: (secrets, isAgain = false) =>
      configure()
        .then((configuration) =>
          authorizationUrlOf(configuration, secrets, protections, parametersOf(facts, isAgain)),
        )
        .catch(rethrow),
    redeem: (answer, secrets) =>
      configure()
        .then((configuration) => prove({ ...facts, configuration, protections }, answer, secrets))
        .catch(rethrow),
    logout: createOidcLogout(configure, client.id),
  }
}

const parametersOf = (
  { scope = 'openid profile email', parameters, again = { prompt: 'login' }, tellsSignIn = true }: OidcFacts,
  isAgain: boolean,
): Readonly<Record<string, string>> => ({
  scope,
  ...parameters,
  ...(tellsSignIn && { max_age: String(isAgain ? againAfterSeconds : longestSeconds) }),
  ...(isAgain && again),
})

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
  const said = { ...mergeClaims(claims, more), sub: claims.sub }
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
