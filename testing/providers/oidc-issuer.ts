import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type ClientMetadata,
  type Configuration,
  type JWKS,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider'
import type { ProviderPerson } from './emulator.ts'
import { createPrivateKeys } from './signed-tokens.ts'

/** Somebody at the issuer. */
export interface IssuerPerson extends ProviderPerson {
  readonly groups: readonly string[]
}

/** A real OpenID provider (`oidc-provider`) on a free loopback port. */
export interface OidcIssuer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Who signs in there next, without being asked. */
  person: IssuerPerson
  /** Whether the person refuses. */
  denies: boolean
  /** How long ago the person has signed in there when they come for the first time, in seconds; less than 0: not yet. */
  signedInAgoSeconds: number
  /** How often somebody was asked there who they are. */
  asked: number
  /** Its calls for back-channel logout that were answered, as `ok` or what went wrong. */
  readonly logouts: string[]
  /** Tells the issuer of its client: codes go to `/sign-in/{slug}/callback` below the public origin, and so on. */
  admit(client: { publicOrigin: string; slug: string; backChannelOrigin?: string }): void
  /** Called when a browser comes to sign in, before anything is answered to it. */
  onArrival: (() => void) | undefined
  /** Whether id_tokens say what the scopes stand for, as at Authentik, or userinfo alone does; decided by `admit`. */
  claimsIn: 'id_token' | 'userinfo'
}

type Handle = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * Starts it with PKCE (S256) required, `iss` in its answers, RP-initiated and back-channel logout. Its logout calls to
 * loopback are let through, which `oidc-provider` refuses by itself.
 */
export async function startOidcIssuer(clientId = 'companions'): Promise<OidcIssuer> {
  const keys = await createPrivateKeys()
  let handle: Handle = (_request, response) => response.writeHead(503).end()
  const server = createServer((request, response) => void handle(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer: OidcIssuer = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId,
    clientSecret: 'a secret of the tests and of nothing else',
    person: {
      subject: 'ada',
      name: 'Ada',
      email: 'ada@example.org',
      emailVerified: true,
      groups: ['family'],
    },
    denies: false,
    signedInAgoSeconds: 0,
    asked: 0,
    onArrival: undefined,
    claimsIn: 'id_token',
    logouts: [],
    admit: (client) => {
      handle = createHandle(issuer, clientOf(issuer, client), keys)
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  return issuer
}

function clientOf(
  { clientId, clientSecret }: OidcIssuer,
  { publicOrigin, slug, backChannelOrigin = publicOrigin }: Parameters<OidcIssuer['admit']>[0],
): ClientMetadata {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: [`${publicOrigin}/sign-in/${slug}/callback`],
    post_logout_redirect_uris: [`${publicOrigin}/sign-in`],
    backchannel_logout_uri: `${backChannelOrigin}/sign-in/${slug}/back-channel-logout`,
    backchannel_logout_session_required: true,
    token_endpoint_auth_method: 'client_secret_post',
  }
}

function createHandle(issuer: OidcIssuer, client: ClientMetadata, jwks: JWKS): Handle {
  const provider = new Provider(issuer.issuer, { ...configurationOf(issuer, client), jwks })
  provider.on('backchannel.success', () => issuer.logouts.push('ok'))
  provider.on('backchannel.error', (_context, error) => issuer.logouts.push(error.message))
  const answer = provider.callback()
  return (request, response) => {
    if (request.url?.startsWith('/interaction/'))
      return finishInteraction(provider, issuer, request, response)
    if (request.url?.startsWith('/auth?')) issuer.onArrival?.()
    return answer(request, response)
  }
}

/** The person is there already, and signs in or refuses without a page. */
async function finishInteraction(
  provider: Provider,
  issuer: OidcIssuer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { person, denies, signedInAgoSeconds } = issuer
  const ts = Math.floor(Date.now() / 1000) - signedInAgoSeconds
  const result = denies ? { error: 'access_denied' } : { login: { accountId: person.subject, ts } }
  issuer.asked += 1
  await provider.interactionFinished(request, response, result).catch(() => response.writeHead(400).end())
}

function configurationOf(issuer: OidcIssuer, client: ClientMetadata): Configuration {
  return {
    clients: [client],
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    conformIdTokenClaims: issuer.claimsIn === 'userinfo',
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: askBeforeLogout },
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, subject) => ({ accountId: subject, claims: () => claimsOf(issuer, subject) }),
    loadExistingGrant: grantEverything,
    fetch: (url, options) => fetch(url, withoutDispatcher(options)),
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
  }
}

/** The dispatcher that is set refuses loopback. */
function withoutDispatcher(options: RequestInit = {}): RequestInit {
  const { method, headers, body, signal } = options
  return { method: method ?? 'GET', headers: headers ?? {}, body: body ?? null, signal: signal ?? null }
}

const askBeforeLogout = (context: KoaContextWithOIDC, form: string) => {
  context.body = `<!doctype html><title>Sign out?</title>${form}<button form="op.logoutForm" name="logout" value="yes">Yes</button>`
}

async function grantEverything({ oidc }: KoaContextWithOIDC) {
  const { client, session, provider } = oidc
  if (client === undefined || session?.accountId === undefined) return undefined
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid profile email groups')
  await grant.save()
  return grant
}

const claimsOf = ({ person }: OidcIssuer, subject: string) => ({
  sub: subject,
  name: person.name,
  email: person.email,
  email_verified: person.emailVerified,
  groups: person.groups,
})
