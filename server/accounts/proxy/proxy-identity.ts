import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { HubConfig } from '../../config.ts'
import type { Rooms } from '../../house.ts'
import { cachedSessionAgeMs } from '../../store/session-cache.ts'
import { isForEverybody, signIn } from '../identify.ts'
import type { SessionCookie } from '../sessions/cookie.ts'
import type { ProvenIdentity } from '../sign-in.ts'
import { type IsPersonOf, proxySlug, signInByProxy, useProxySession } from './proxy-session.ts'
import { createProxyTokenReader, type ProxyTokenRules } from './proxy-token.ts'

/** Most sessions of which is remembered who the proxy calls their person. */
const mostRemembered = 10_000

/**
 * Takes a trusted proxy's signed word for who asks, wherever a session would be asked for: pages, `/v1` and sockets. A
 * page signs in whom the token names, and what it then asks for comes with the session; anything else without a session
 * uses one that is for all such requests of that person. Does nothing unless the settings name the header.
 *
 * From any other peer the header is nothing but text. A trusted proxy's token that is not right refuses the request, and
 * so does one that names somebody else than the session, in place of letting an older session answer for whoever sits
 * there now. A program's key says by itself who asks.
 */
export function registerProxyIdentity(app: FastifyInstance, rooms: Rooms, cookie: SessionCookie): void {
  const header = rooms.config.proxyIdentityHeader?.toLowerCase()
  const rules = rulesOf(rooms.config)
  if (header === undefined || rules === undefined) return
  const read = createProxyTokenReader(rules)
  const isPersonOf = rememberWho(rooms)
  app.addHook('onRequest', async (request, reply) => {
    const token = request.headers[header]
    if (typeof token !== 'string' || isForEverybody(request)) return
    if (request.credential?.kind === 'api-key') return
    if (!rooms.isTrustedProxy(request.socket.remoteAddress)) return
    const proven = await read(token).catch((error: unknown) => {
      request.log.warn({ reason: error instanceof Error ? error.message : '' }, 'A proxy’s token is refused')
      throw new CodedError(
        'not_signed_in',
        'The proxy does not say who you are in a way that can be trusted.',
      )
    })
    if (await isSignedInAs(request, proven, isPersonOf)) return
    if (opensPage(request)) return signInAs(proven, request, reply, rooms, cookie)
    if (request.user !== null)
      throw new CodedError('not_signed_in', 'Somebody else is signed in at the proxy now.')
    await useProxySession(rooms, proven, { request, isPersonOf })
  })
}

/** What tokens are held against; undefined where something is missing, which `check-settings.ts` refuses. */
function rulesOf(config: HubConfig): ProxyTokenRules | undefined {
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

async function isSignedInAs(
  { user, credential }: FastifyRequest,
  proven: ProvenIdentity,
  isPersonOf: IsPersonOf,
): Promise<boolean> {
  if (user === null || credential?.kind !== 'session') return false
  return isPersonOf({ id: credential.id, userId: user.id }, proven)
}

/**
 * Whether a session is of the person whom a token names, by whichever way they came in. What the store once said is
 * remembered for as long as sessions are, so that an outage of it parts nobody from theirs.
 */
function rememberWho({ store }: Rooms): IsPersonOf {
  const known = new Map<string, number>()
  return async ({ id, userId }, { issuer, subject }) => {
    const key = JSON.stringify([id, issuer, subject])
    const now = Date.now()
    if ((known.get(key) ?? 0) > now) return true
    const named = await store.identities.findUser(issuer, subject)
    if (named?.id !== userId) return false
    if (known.size >= mostRemembered) known.clear()
    known.set(key, now + cachedSessionAgeMs)
    return true
  }
}

async function signInAs(
  proven: ProvenIdentity,
  request: FastifyRequest,
  reply: FastifyReply,
  rooms: Rooms,
  cookie: SessionCookie,
): Promise<void> {
  const { user, provenAt } = await signInByProxy(rooms, proven, request)
  const proof = { provider: proxySlug, issuer: proven.issuer, subject: proven.subject }
  await signIn(request, reply, rooms, cookie, { user, proof, provenAt })
}
