import { type Emulator, type EmulatorRoom, sendCode, startEmulator } from './emulator.ts'
import { type EmulatorCall, json } from './emulator-server.ts'
import { createSigningKey, type SigningKey, timesOfNow } from './signed-tokens.ts'

/**
 * Twitch: OpenID Connect whose token answer has `scope` as an array, that puts the e-mail address into the id_token
 * only where `claims` asks for it and `user:read:email` allows it, knows no PKCE, and words its errors in a form of its
 * own. Source: dev.twitch.tv "Using OIDC to get OAuth Access Tokens".
 */
export const startTwitch = (): Promise<Emulator> =>
  startEmulator(async (room) => {
    const key = await createSigningKey()
    return {
      'GET /oauth2/.well-known/openid-configuration': () => json(200, metadata(issuerOf(room))),
      'GET /oauth2/keys': () => json(200, key.jwks),
      'GET /oauth2/authorize': (call) => authorize(room, call),
      'POST /oauth2/token': (call) => answerToken(room, key, call),
    }
  })

const issuerOf = ({ emulator }: EmulatorRoom) => `${emulator.origin}/oauth2`

const metadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/keys`,
  claims_parameter_supported: true,
  claims_supported: ['email', 'email_verified', 'preferred_username', 'exp', 'iss', 'sub', 'aud', 'iat'],
  response_types_supported: ['id_token', 'code', 'token', 'code id_token', 'token id_token'],
  id_token_signing_alg_values_supported: ['RS256'],
  subject_types_supported: ['public'],
  scopes_supported: ['openid'],
  token_endpoint_auth_methods_supported: ['client_secret_post'],
})

function authorize(room: EmulatorRoom, call: EmulatorCall) {
  const redirectUri = call.query.get('redirect_uri')
  if (call.query.get('client_id') !== room.emulator.clientId || !room.isRegistered(redirectUri))
    return json(400, { status: 400, message: 'Parameter redirect_uri does not match registered URI' })
  return sendCode(room, call, redirectUri, { pkce: false })
}

async function answerToken(room: EmulatorRoom, key: SigningKey, call: EmulatorCall) {
  if (call.headers.authorization !== undefined || !room.isClient(call))
    return json(403, { status: 403, message: 'invalid client secret' })
  call.form.delete('code_verifier')
  const grant = room.codes.redeem(call.form)
  if (typeof grant === 'string') return json(400, { status: 400, message: 'Invalid authorization code' })
  const { person, scopes, nonce, claims } = grant
  const wanted = readWanted(claims)
  const mayRead = scopes.includes('user:read:email')
  const idToken = {
    iss: issuerOf(room),
    aud: room.emulator.clientId,
    azp: room.emulator.clientId,
    sub: person.subject,
    ...timesOfNow(),
    ...(nonce !== null && { nonce }),
    ...('preferred_username' in wanted && { preferred_username: person.name }),
    ...('email' in wanted && mayRead && { email: person.email }),
    ...('email_verified' in wanted && mayRead && { email_verified: person.emailVerified }),
  }
  return json(200, {
    access_token: room.issueToken(grant),
    expires_in: 14_346,
    id_token: await key.sign(idToken),
    refresh_token: 'unused',
    scope: scopes,
    token_type: 'bearer',
  })
}

function readWanted(claims: string | null): object {
  const wanted: unknown = JSON.parse(claims ?? '{}')
  return typeof wanted === 'object' && wanted !== null && 'id_token' in wanted ? Object(wanted.id_token) : {}
}
