import { type Emulator, type EmulatorRoom, sendCode, startEmulator } from './emulator.ts'
import { type EmulatorCall, json, sendBack } from './emulator-server.ts'

/** An address in a GitHub account. */
export interface GithubEmail {
  readonly email: string
  readonly primary: boolean
  readonly verified: boolean
}

/** GitHub's web and API in one; `emails` overrides the one address that follows from the person. */
export interface GithubEmulator extends Emulator {
  emails: readonly GithubEmail[] | undefined
}

/**
 * GitHub, OAuth apps: OAuth 2 without id_token, PKCE (S256) where it is sent, errors of the token endpoint with status
 * 200, scopes with commas, answers as a form unless JSON is asked for, numeric ids, and an API that wants a User-Agent.
 * Sources: docs.github.com, "Authorizing OAuth apps" and "Troubleshooting OAuth app access token request errors".
 */
export async function startGithub(): Promise<GithubEmulator> {
  const own: Pick<GithubEmulator, 'emails'> = { emails: undefined }
  const emulator = await startEmulator((room) => ({
    'GET /login/oauth/authorize': (call) => authorize(room, call),
    'POST /login/oauth/access_token': (call) => answerToken(room, call),
    'GET /api/user': (call) =>
      readApi(room, call, ({ person }) => ({
        id: Number(person.subject),
        login: person.name.toLowerCase(),
        name: person.name,
        email: null,
      })),
    'GET /api/user/emails': (call) =>
      readApi(room, call, ({ person, scopes }) => {
        if (!scopes.includes('user:email')) return undefined
        return github.emails ?? [{ email: person.email, primary: true, verified: person.emailVerified }]
      }),
  }))
  const github: GithubEmulator = Object.assign(emulator, own)
  return github
}

function authorize(room: EmulatorRoom, call: EmulatorCall) {
  const redirectUri = call.query.get('redirect_uri')
  if (call.query.get('client_id') !== room.emulator.clientId) return { status: 404 }
  if (!room.isRegistered(redirectUri)) return { status: 400, body: 'The redirect_uri is not associated' }
  if (call.query.has('code_challenge') && call.query.get('code_challenge_method') !== 'S256')
    return sendBack(redirectUri, { error: 'invalid_request', state: call.query.get('state') })
  return sendCode(room, call, redirectUri, { pkce: true })
}

function answerToken(room: EmulatorRoom, call: EmulatorCall) {
  const body = tokenBody(room, call)
  if (call.headers.accept?.includes('application/json')) return json(200, body)
  const type = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  return { status: 200, headers: type, body: new URLSearchParams(body).toString() }
}

function tokenBody(room: EmulatorRoom, call: EmulatorCall): Record<string, string> {
  if (!room.isClient(call)) return { error: 'incorrect_client_credentials' }
  const grant = room.codes.redeem(call.form)
  if (grant === 'bad_redirect_uri') return { error: 'redirect_uri_mismatch' }
  if (typeof grant === 'string')
    return { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' }
  return { access_token: room.issueToken(grant), scope: grant.scopes.join(','), token_type: 'bearer' }
}

function readApi(
  room: EmulatorRoom,
  call: EmulatorCall,
  read: (grant: NonNullable<ReturnType<EmulatorRoom['bearer']>>) => unknown,
) {
  if (!call.headers['user-agent']) return json(403, { message: 'Request forbidden by administrative rules.' })
  const grant = room.bearer(call)
  if (grant === undefined) return json(401, { message: 'Bad credentials' })
  const body = read(grant)
  return body === undefined ? json(404, { message: 'Not Found' }) : json(200, body)
}
