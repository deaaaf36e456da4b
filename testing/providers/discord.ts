import { type Emulator, type EmulatorRoom, sendCode, startEmulator } from './emulator.ts'
import { type EmulatorCall, json } from './emulator-server.ts'

/**
 * Discord: OAuth 2 with metadata (RFC 8414), PKCE (S256) and `iss` in its answer, ids as long numbers in text, and an
 * e-mail address with `verified` beside it. Sources: docs.discord.com "OAuth2" and "Users Resource", and
 * discord.com/.well-known/oauth-authorization-server.
 */
export const startDiscord = (): Promise<Emulator> =>
  startEmulator((room) => ({
    'GET /.well-known/oauth-authorization-server': () => json(200, metadata(room.emulator.origin)),
    'GET /api/oauth2/authorize': (call) => authorize(room, call),
    'POST /api/oauth2/token': (call) => answerToken(room, call),
    'GET /api/users/@me': (call) => answerUser(room, call),
  }))

const metadata = (origin: string) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/api/oauth2/authorize`,
  token_endpoint: `${origin}/api/oauth2/token`,
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
})

function authorize(room: EmulatorRoom, call: EmulatorCall) {
  const redirectUri = call.query.get('redirect_uri')
  if (call.query.get('client_id') !== room.emulator.clientId) return json(400, { client_id: ['invalid'] })
  if (!room.isRegistered(redirectUri)) return json(400, { redirect_uri: ['Redirect URI is not supported'] })
  return sendCode(room, call, redirectUri, { pkce: true, more: { iss: room.emulator.origin } })
}

function answerToken(room: EmulatorRoom, call: EmulatorCall) {
  if (!room.isClient(call)) return json(401, { error: 'invalid_client' })
  const grant = room.codes.redeem(call.form)
  if (typeof grant === 'string')
    return json(400, { error: 'invalid_grant', error_description: 'Invalid "code" in request.' })
  return json(200, {
    token_type: 'Bearer',
    access_token: room.issueToken(grant),
    expires_in: 604_800,
    refresh_token: 'unused',
    scope: grant.scopes.join(' '),
  })
}

function answerUser(room: EmulatorRoom, call: EmulatorCall) {
  const grant = room.bearer(call)
  if (grant === undefined) return json(401, { message: '401: Unauthorized', code: 0 })
  const { subject, name, email, emailVerified } = grant.person
  const mail = grant.scopes.includes('email') ? { email, verified: emailVerified } : {}
  return json(200, { id: subject, username: name.toLowerCase(), global_name: name, avatar: null, ...mail })
}
