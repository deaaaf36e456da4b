import { allowInsecureRequests, Configuration, customFetch, fetchProtectedResource } from 'openid-client'
import type { ProvenIdentity } from '../sign-in.ts'
import { type Claims, present, textOf } from './claims.ts'
import { authorizationUrlOf, type Protections, redeemCode } from './code-flow.ts'
import { authenticate, type Client, isLocal } from './discover.ts'
import type { FlowSecrets, Provider } from './provider.ts'
import { answerTimeoutSeconds, createProviderFetch, type Normalise } from './provider-fetch.ts'
import { readJson } from './read-json.ts'
import { asSignInFault, SignInFault } from './sign-in-fault.ts'

/** Where GitHub is. The identity's issuer is the web's address. */
export interface GithubAddresses {
  readonly web: string
  readonly api: string
}

const githubItself: GithubAddresses = { web: 'https://github.com', api: 'https://api.github.com' }

/** GitHub has no id_token, so no nonce; it takes PKCE since July 2025. */
const protections: Protections = { pkce: true, nonce: false }

/** GitHub: OAuth 2 without discovery, then its API. Source: docs.github.com "Authorizing OAuth apps". */
export function createGithub(client: Client, addresses = githubItself): Provider {
  const configuration = configure(client, addresses)
  return {
    slug: 'github',
    name: 'GitHub',
    issuer: addresses.web,
    tellsSignIn: false,
    authorizationUrl: (secrets, isAgain = false) =>
      authorizationUrlOf(configuration, secrets, protections, {
        scope: 'read:user user:email',
        // All it can be made to ask again is which account.
        ...(isAgain && { prompt: 'select_account' }),
      }),
    redeem: (answer, secrets) =>
      prove(configuration, addresses, answer, secrets).catch((error: unknown) => {
        throw asSignInFault(error)
      }),
  }
}

function configure(client: Client, { web }: GithubAddresses): Configuration {
  const issuer = `${web}/login/oauth`
  const configuration = new Configuration(
    {
      // The name GitHub gives itself where it answers with `iss`.
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/access_token`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      code_challenge_methods_supported: ['S256'],
    },
    client.id,
    undefined,
    authenticate(client.secret),
  )
  const path = new URL(`${issuer}/access_token`).pathname
  configuration[customFetch] = createProviderFetch({ path, change: normaliseError })
  configuration.timeout = answerTimeoutSeconds
  if (isLocal(new URL(web))) allowInsecureRequests(configuration)
  return configuration
}

/** GitHub answers errors of the token endpoint with 200 and words of its own (RFC 6749, section 5.2, has 400). */
const normaliseError: Normalise = ({ status, body }) => {
  if (typeof body.error !== 'string' || status >= 500) return { status, body }
  const isCode = body.error === 'bad_verification_code'
  return { status: 400, body: { error: isCode ? 'invalid_grant' : body.error } }
}

async function prove(
  configuration: Configuration,
  { web, api }: GithubAddresses,
  answer: URL,
  secrets: FlowSecrets,
): Promise<ProvenIdentity> {
  const { access_token } = await redeemCode(configuration, answer, secrets, protections)
  const read = async (path: string) =>
    readJson(await fetchProtectedResource(configuration, access_token, new URL(`${api}${path}`), 'GET'))
  const [user, emails] = await Promise.all([read('/user'), read('/user/emails')])
  if (!Number.isSafeInteger(user.id)) throw new SignInFault('mixed_up', 'GitHub named no user')
  const email = primaryOf(emails)
  return {
    issuer: web,
    // Names can be given up and taken by somebody else; the number stays.
    subject: String(user.id),
    emailVerified: email?.verified ?? false,
    ...present({ email: email?.address, name: textOf(user.name) ?? textOf(user.login) }),
  }
}

function primaryOf(emails: Claims): { address: string; verified: boolean } | undefined {
  for (const entry of Object.values(emails)) {
    const { email, primary, verified }: Claims = Object(entry)
    const address = textOf(email)
    if (primary === true && address !== undefined) return { address, verified: verified === true }
  }
  return undefined
}
