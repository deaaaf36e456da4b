import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { greetWhoCameBack } from '../chat/greet.ts'
import type { Rooms } from '../house.ts'
import type { OwnWay, SessionProof } from '../store/sessions.ts'
import type { User } from '../store/store.ts'
import { guestBefore } from './guest-before.ts'
import { keyOf, takesKeys, useApiKey } from './keys/use-key.ts'
import { countAttempt } from './limits/attempts.ts'
import { isLocalRequest } from './local-request.ts'
import { publishLogin } from './login.ts'
import { type Act, requireMay } from './permissions.ts'
import type { SessionCookie } from './sessions/cookie.ts'
import { deviceOf } from './sessions/device.ts'
import { useSession } from './sessions/find.ts'
import { openSession } from './sessions/open.ts'

/** Finds out who asks before any handler runs, and makes a guest of a local browser's first page. */
export function registerIdentity(app: FastifyInstance, rooms: Rooms, cookie: SessionCookie): void {
  app.decorateRequest('user', null)
  app.decorateRequest('credential', null)
  app.addHook('onRequest', async (request, reply) => {
    if (isForEverybody(request)) return
    if (await findUser(request, reply, rooms, cookie)) return greetGuest(request, rooms)
    if (isPage(request) && mayBeGuest(request, rooms)) await welcomeGuest(request, reply, rooms, cookie)
  })
}

/** The person who asks, who may do this. @throws CodedError `not_signed_in` or `not_allowed`. */
export function requireUser({ user, credential }: FastifyRequest, act: Act): User {
  if (user === null) throw new CodedError('not_signed_in')
  requireMay({ user, credential }, act)
  return user
}

/**
 * Signs a person in on this browser: always with a new session, and the one it had ends, so that whoever planted or
 * saw that one has nothing of the new one.
 *
 * `provenAt` is when they showed who they are, in Unix milliseconds; absent: now.
 */
export async function signIn(
  request: FastifyRequest,
  reply: FastifyReply,
  rooms: Rooms,
  cookie: SessionCookie,
  { user, ...how }: { user: User; proof?: SessionProof; provenAt?: number; way?: OwnWay },
): Promise<void> {
  const now = Date.now()
  const device = deviceOf(request.headers['user-agent'])
  const guestId = await guestBefore(request, rooms, user)
  const opened = await openSession(rooms.store.sessions, rooms.config, {
    user,
    now,
    ...(device !== undefined && { device }),
    ...how,
    ...(guestId !== undefined && { guestId }),
  })
  const { user: before, credential } = request
  if (before !== null && credential?.kind === 'session') {
    await rooms.sessions.end(before.id, credential.id, now)
    rooms.access.changed()
  }
  cookie.set(reply, opened)
  request.user = user
  request.credential = opened.credential
  publishLogin(rooms, user)
  if (user.kind !== 'guest') await greetWhoCameBack(rooms, user)
}

/** A key counts before a cookie, and one that is not good is said to be: the cookie may be somebody else's. */
async function findUser(request: FastifyRequest, reply: FastifyReply, rooms: Rooms, cookie: SessionCookie) {
  const key = keyOf(request.headers)
  if (key !== undefined && !takesKeys(request))
    throw new CodedError('not_allowed', 'A key opens /v1 and the socket, and nothing else.')
  if (key !== undefined) return findByKey(request, reply, rooms, key)
  const mayRotate = request.headers.upgrade === undefined
  for (const token of cookie.read(request)) {
    const isUnnamed = request.cookies[cookie.name] !== token
    const use = { token, now: Date.now(), mayRotate, isUnnamed }
    const session = await useSession(rooms.sessions, rooms.config, use)
    if (session === undefined) continue
    request.user = session.user
    request.credential = session.credential
    if (session.cookie !== undefined) cookie.set(reply, session.cookie)
    return true
  }
  return false
}

async function findByKey(
  request: FastifyRequest,
  reply: FastifyReply,
  rooms: Rooms,
  key: string,
): Promise<true> {
  const used = await useApiKey(rooms.store.apiKeys, key, Date.now())
  if (used === undefined) {
    await countAttempt(rooms, request.ip)
    reply.header('www-authenticate', 'Bearer realm="companions"')
    throw new CodedError('not_signed_in', 'This key is unknown, revoked or too old.')
  }
  request.user = used.user
  request.credential = used.credential
  return true
}

async function welcomeGuest(
  request: FastifyRequest,
  reply: FastifyReply,
  rooms: Rooms,
  cookie: SessionCookie,
) {
  const guest: User = {
    id: uuidv7(),
    name: 'Guest',
    kind: 'guest',
    role: 'user',
    email: null,
    createdAt: Date.now(),
  }
  await rooms.store.accounts.createUser(guest)
  await signIn(request, reply, rooms, cookie, { user: guest })
}

/** Guests never sign in again, so opening the house is how they come back. */
async function greetGuest({ user, credential, method, url, headers }: FastifyRequest, rooms: Rooms) {
  const opensHouse = method === 'GET' && /^\/(\?|$)/.test(url) && headers['hx-request'] === undefined
  if (opensHouse && user?.kind === 'guest' && credential?.kind === 'session')
    await greetWhoCameBack(rooms, user)
}

/** A house with a public address stands behind a proxy, and everybody comes to it from loopback. */
const mayBeGuest = (request: FastifyRequest, rooms: Rooms) =>
  rooms.config.publicUrl === '' &&
  rooms.config.guests === 'auto' &&
  isLocalRequest({
    remoteAddress: request.socket.remoteAddress,
    httpVersion: request.raw.httpVersion,
    headers: request.headers,
  })

const isPage = ({ method, url }: FastifyRequest) =>
  method === 'GET' && (/^\/(\?|$)/.test(url) || url.startsWith('/c/'))

/** Files and probes are answered without asking the store who wants them. */
export const isForEverybody = ({ url }: FastifyRequest) =>
  url.startsWith('/assets/') || /^\/(healthz|readyz|health|version|favicon\.ico)(\?|$)/.test(url)
