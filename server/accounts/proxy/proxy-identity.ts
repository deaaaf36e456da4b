import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { HubConfig } from '../../config.ts'
import type { Rooms } from '../../house.ts'
import { provenSince } from '../fresh-proof.ts'
import { signIn } from '../identify.ts'
import type { SessionCookie } from '../sessions/cookie.ts'
import { type ProvenIdentity, signInWithIdentity } from '../sign-in.ts'
import { createProxyTokenReader, type ProxyTokenRules } from './proxy-token.ts'

/** What sessions say of how they began, beside the slugs of providers. */
const proxySlug = 'proxy'

/**
 * Signs in whoever a trusted proxy's signed token names, when a browser opens a page: what the page then asks for comes
 * with the session. A session of somebody else ends. Does nothing unless the settings name the header.
 *
 * From any other peer the header is nothing but text. A trusted proxy's token that is not right refuses the request, in
 * place of letting an older session answer for whoever sits there now.
 */
export function registerProxyIdentity(app: FastifyInstance, rooms: Rooms, cookie: SessionCookie): void {
  const header = rooms.config.proxyIdentityHeader?.toLowerCase()
  const rules = proxyTokenRules(rooms.config)
  if (header === undefined || rules === undefined) return
  const read = createProxyTokenReader(rules)
  app.addHook('onRequest', async (request, reply) => {
    const token = request.headers[header]
    if (typeof token !== 'string' || !opensPage(request)) return
    if (!rooms.isTrustedProxy(request.socket.remoteAddress)) return
    const proven = await read(token).catch((error: unknown) => {
      request.log.warn({ reason: error instanceof Error ? error.message : '' }, 'A proxy’s token is refused')
      throw new CodedError(
        'not_signed_in',
        'The proxy does not say who you are in a way that can be trusted.',
      )
    })
    if (!(await isSignedInAs(request, rooms, proven))) await signInAs(proven, request, reply, rooms, cookie)
  })
}

/** What tokens are held against; undefined where something is missing, which `check-settings.ts` refuses. */
export function proxyTokenRules(config: HubConfig): ProxyTokenRules | undefined {
  const { proxyIdentityIssuer: issuer, proxyIdentityAudience: audience } = config
  const { proxyIdentityKeysUrl: url, proxyIdentitySecret: secret } = config
  if (issuer === undefined || audience === undefined) return undefined
  if (url !== undefined) return { issuer, audience, key: { url } }
  return secret === undefined ? undefined : { issuer, audience, key: { secret } }
}

const opensPage = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' &&
  headers.upgrade === undefined &&
  headers['hx-request'] === undefined &&
  (headers.accept ?? '').includes('text/html')

async function isSignedInAs({ credential }: FastifyRequest, { store }: Rooms, proven: ProvenIdentity) {
  if (credential?.kind !== 'session') return false
  const proof = await store.sessions.proofOf(credential.id)
  return proof?.issuer === proven.issuer && proof.subject === proven.subject
}

async function signInAs(
  proven: ProvenIdentity,
  request: FastifyRequest,
  reply: FastifyReply,
  rooms: Rooms,
  cookie: SessionCookie,
): Promise<void> {
  const { issuer, subject } = proven
  const known = await rooms.store.identities.findUser(issuer, subject)
  const word = { provider: { tellsSignIn: false }, proven, userId: known?.id }
  const provenAt = await provenSince(rooms, word, Date.now())
  const result = await signInWithIdentity(rooms, proven, { guest: request.user, address: request.ip })
  if (result.outcome === 'refused')
    throw new CodedError('not_allowed', 'The proxy knows you, but nobody has let you in here yet.')
  const proof = { provider: proxySlug, issuer, subject }
  await signIn(request, reply, rooms, cookie, { user: result.user, proof, provenAt })
}
