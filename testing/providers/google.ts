import { type Emulator, type EmulatorRoom, sendCode, startEmulator } from './emulator.ts'
import { type EmulatorCall, json } from './emulator-server.ts'
import { createSigningKey, type SigningKey, timesOfNow } from './signed-tokens.ts'

export interface GoogleEmulator extends Emulator {
  /** What its id_tokens name: its address, or that without the scheme, as for old clients. */
  issuerForm: 'modern' | 'legacy'
  /** Whom its id_tokens are for; undefined: the client that asks. */
  audience: string | undefined
  /** Signs in its place, with a key that is not among its own. */
  forger: SigningKey | undefined
  /** To sign what Google itself would not. */
  readonly key: SigningKey
}

/**
 * Google: OpenID Connect with PKCE and `iss` in its answer, whose id_tokens may name the issuer without its scheme.
 * Source: developers.google.com "OpenID Connect API Reference".
 */
export async function startGoogle(): Promise<GoogleEmulator> {
  const key = await createSigningKey()
  const own: Pick<GoogleEmulator, 'issuerForm' | 'audience' | 'forger'> = {
    issuerForm: 'modern',
    audience: undefined,
    forger: undefined,
  }
  const emulator = await startEmulator((room) => ({
    'GET /.well-known/openid-configuration': () => json(200, metadata(room.emulator.origin)),
    'GET /oauth2/v3/certs': () => json(200, key.jwks),
    'GET /o/oauth2/v2/auth': (call) => authorize(room, call),
    'POST /token': (call) => answerToken(room, google.forger ?? key, call, google),
  }))
  const google: GoogleEmulator = Object.assign(emulator, own, { key })
  return google
}

const metadata = (origin: string) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/o/oauth2/v2/auth`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/oauth2/v3/certs`,
  response_types_supported: ['code', 'token', 'id_token', 'code token', 'none'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'email', 'profile'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  code_challenge_methods_supported: ['plain', 'S256'],
  authorization_response_iss_parameter_supported: true,
})

function authorize(room: EmulatorRoom, call: EmulatorCall) {
  const redirectUri = call.query.get('redirect_uri')
  if (call.query.get('client_id') !== room.emulator.clientId) return { status: 401, body: 'invalid_client' }
  if (!room.isRegistered(redirectUri)) return { status: 400, body: 'Error 400: redirect_uri_mismatch' }
  return sendCode(room, call, redirectUri, { pkce: true, more: { iss: room.emulator.origin } })
}

async function answerToken(
  room: EmulatorRoom,
  key: SigningKey,
  call: EmulatorCall,
  { issuerForm, audience }: Pick<GoogleEmulator, 'issuerForm' | 'audience'>,
) {
  if (!room.isClient(call)) return json(401, { error: 'invalid_client', error_description: 'Unauthorized' })
  const grant = room.codes.redeem(call.form)
  if (typeof grant === 'string')
    return json(400, { error: 'invalid_grant', error_description: 'Bad Request' })
  const { origin, clientId } = room.emulator
  const { subject, name, email, emailVerified } = grant.person
  const idToken = await key.sign({
    iss: issuerForm === 'legacy' ? origin.replace(/^https?:\/\//, '') : origin,
    aud: audience ?? clientId,
    azp: clientId,
    sub: subject,
    ...timesOfNow(),
    ...(grant.nonce !== null && { nonce: grant.nonce }),
    ...(grant.scopes.includes('profile') && { name }),
    ...(grant.scopes.includes('email') && { email, email_verified: emailVerified }),
  })
  const scope = grant.scopes.join(' ')
  const token = room.issueToken(grant)
  return json(200, { access_token: token, expires_in: 3_599, scope, token_type: 'Bearer', id_token: idToken })
}
