import type { Client } from './discover.ts'
import { createOidcProvider } from './oidc.ts'
import type { Provider } from './provider.ts'
import { createProviderFetch, type Normalise } from './provider-fetch.ts'

/**
 * Twitch, by discovery. It knows no PKCE, so a code that was stolen is caught by the nonce; it tells an address only to
 * who asks with `claims`, and can be made to ask for consent again, but for no password. Source: dev.twitch.tv "Using OIDC to get OAuth Access Tokens".
 */
export const createTwitch = (client: Client, issuer = 'https://id.twitch.tv/oauth2'): Provider =>
  createOidcProvider({
    slug: 'twitch',
    name: 'Twitch',
    issuer,
    client,
    pkce: false,
    tellsSignIn: false,
    again: { force_verify: 'true' },
    scope: 'openid user:read:email',
    parameters: {
      claims: JSON.stringify({ id_token: { email: null, email_verified: null, preferred_username: null } }),
    },
    fetchWith: createProviderFetch({ path: `${new URL(issuer).pathname}/token`, change: normaliseAnswer }),
  })

/** Its scopes come as an array, and its errors as a message (RFC 6749, sections 5.1 and 5.2, have them otherwise). */
const normaliseAnswer: Normalise = ({ status, body }) => {
  if (Array.isArray(body.scope)) return { status, body: { ...body, scope: body.scope.join(' ') } }
  if (status !== 400 && status !== 403) return { status, body }
  const isCode = typeof body.message === 'string' && /authorization code/i.test(body.message)
  return { status: 400, body: { error: isCode ? 'invalid_grant' : 'invalid_client' } }
}
