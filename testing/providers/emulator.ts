import { randomBytes } from 'node:crypto'
import { AuthorizationCodes, type CodeGrant } from './authorization-codes.ts'
import {
  type EmulatorAnswer,
  type EmulatorCall,
  type EmulatorRoutes,
  sendBack,
  startEmulatorServer,
} from './emulator-server.ts'

/** Somebody with an account at a provider. */
export interface ProviderPerson {
  readonly subject: string
  readonly name: string
  readonly email: string | null
  readonly emailVerified: boolean
}

/** A provider on a real socket that speaks a real one's wire format and checks what that one checks. */
export interface Emulator extends AsyncDisposable {
  readonly origin: string
  readonly calls: readonly EmulatorCall[]
  readonly clientId: string
  readonly clientSecret: string
  /** Who is signed in there, and consents to everything. */
  person: ProviderPerson
  /** Whether the person refuses. */
  denies: boolean
  /** Lets codes be sent to this address. */
  register(redirectUri: string): void
}

/** What a provider's own file is handed. */
export interface EmulatorRoom {
  readonly emulator: Omit<Emulator, typeof Symbol.asyncDispose>
  readonly codes: AuthorizationCodes
  /** Access tokens that were given out, with what they are for. */
  readonly tokens: Map<string, CodeGrant>
  isRegistered(redirectUri: string | null): redirectUri is string
  /** Whether a form, or HTTP Basic, names the client and its secret. */
  isClient(call: EmulatorCall): boolean
  /** Gives out an access token. */
  issueToken(grant: CodeGrant): string
  /** Whose bearer token a call carries. */
  bearer(call: EmulatorCall): CodeGrant | undefined
}

/** Starts an emulator whose routes are made from its room. */
export async function startEmulator(
  routesOf: (room: EmulatorRoom) => EmulatorRoutes | Promise<EmulatorRoutes>,
): Promise<Emulator> {
  const redirectUris = new Set<string>()
  const emulator = {
    origin: '',
    calls: [] as readonly EmulatorCall[],
    clientId: `client-${randomBytes(6).toString('hex')}`,
    clientSecret: randomBytes(16).toString('hex'),
    person: { subject: '1001', name: 'Robin', email: 'robin@example.org', emailVerified: true },
    denies: false,
    register: (redirectUri: string) => void redirectUris.add(redirectUri),
  }
  const server = await startEmulatorServer(async (origin) => {
    emulator.origin = origin
    return routesOf(roomOf(emulator, redirectUris))
  })
  return Object.assign(emulator, { calls: server.calls, [Symbol.asyncDispose]: server.stop })
}

function roomOf(emulator: EmulatorRoom['emulator'], redirectUris: ReadonlySet<string>): EmulatorRoom {
  const tokens = new Map<string, CodeGrant>()
  return {
    emulator,
    codes: new AuthorizationCodes(),
    tokens,
    isRegistered: (redirectUri): redirectUri is string =>
      redirectUri !== null && redirectUris.has(redirectUri),
    isClient: (call) => {
      const [id, secret] = clientOf(call)
      return id === emulator.clientId && secret === emulator.clientSecret
    },
    issueToken: (grant) => {
      const token = randomBytes(20).toString('hex')
      tokens.set(token, grant)
      return token
    },
    bearer: ({ headers }) => tokens.get(/^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''),
  }
}

function clientOf({ form, headers }: EmulatorCall): readonly [string | null, string | null] {
  const basic = /^Basic (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (basic === undefined) return [form.get('client_id'), form.get('client_secret')]
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':', 2)
  return [decodeURIComponent(id), decodeURIComponent(secret)]
}

/** A code for whoever is signed in, sent to an address that was checked before; `more` goes along. */
export function sendCode(
  { emulator, codes }: EmulatorRoom,
  { query }: EmulatorCall,
  redirectUri: string,
  { pkce, more = {} }: { pkce: boolean; more?: Readonly<Record<string, string>> },
): EmulatorAnswer {
  const state = query.get('state')
  if (emulator.denies) return sendBack(redirectUri, { error: 'access_denied', state, ...more })
  const code = codes.issue({
    person: emulator.person,
    redirectUri,
    scopes: (query.get('scope') ?? '').split(/[ ,]/),
    challenge: pkce ? query.get('code_challenge') : null,
    nonce: query.get('nonce'),
    claims: query.get('claims'),
  })
  return sendBack(redirectUri, { code, state, ...more })
}
