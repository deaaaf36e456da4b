import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../../bus/contract/errors.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import type { Rooms } from '../house.ts'
import type { User } from '../store/store.ts'
import { isLocalRequest } from './local-request.ts'
import { publishLogin } from './login.ts'
import type { SessionCookie } from './session-cookie.ts'
import { findSession, hashToken, openSession } from './sessions.ts'

/** Finds out who asks before any handler runs, and makes a guest of a local browser's first page. */
export function registerIdentity(app: FastifyInstance, rooms: Rooms, cookie: SessionCookie): void {
  app.decorateRequest('user', null)
  app.decorateRequest('sessionHash', null)
  app.addHook('onRequest', async (request, reply) => {
    if (isForEverybody(request)) return
    if (await findUser(request, reply, rooms, cookie)) return
    if (isPage(request) && mayBeGuest(request, rooms)) await welcomeGuest(request, reply, rooms, cookie)
  })
}

/** The person who asks. @throws CodedError `not_signed_in`. */
export function requireUser(request: FastifyRequest): User {
  if (request.user === null) throw new CodedError('not_signed_in')
  return request.user
}

/** Signs a person in on this browser. */
export async function signIn(
  reply: FastifyReply,
  rooms: Rooms,
  cookie: SessionCookie,
  user: User,
): Promise<string> {
  const token = await openSession(rooms.store.accounts, user.id, Date.now())
  cookie.set(reply, token)
  publishLogin(rooms, user)
  return token
}

async function findUser(request: FastifyRequest, reply: FastifyReply, rooms: Rooms, cookie: SessionCookie) {
  for (const token of cookie.read(request)) {
    const session = await findSession(rooms.store.accounts, token, Date.now())
    if (session === undefined) continue
    request.user = session.user
    request.sessionHash = session.tokenHash
    if (session.extended || request.cookies[cookie.name] !== token) cookie.set(reply, token)
    return true
  }
  return false
}

async function welcomeGuest(
  request: FastifyRequest,
  reply: FastifyReply,
  rooms: Rooms,
  cookie: SessionCookie,
) {
  const guest: User = { id: uuidv7(), name: 'Guest', kind: 'guest', createdAt: Date.now() }
  await rooms.store.accounts.createUser(guest)
  request.sessionHash = hashToken(await signIn(reply, rooms, cookie, guest))
  request.user = guest
}

/** A house with a public address stands behind a proxy, and everybody comes to it from loopback. */
const mayBeGuest = (request: FastifyRequest, rooms: Rooms) =>
  rooms.config.publicUrl === '' &&
  isLocalRequest({
    remoteAddress: request.socket.remoteAddress,
    httpVersion: request.raw.httpVersion,
    headers: request.headers,
  })

const isPage = ({ method, url }: FastifyRequest) =>
  method === 'GET' && (/^\/(\?|$)/.test(url) || url.startsWith('/c/'))

/** Files and probes are answered without asking the store who wants them. */
const isForEverybody = ({ url }: FastifyRequest) =>
  url.startsWith('/assets/') || /^\/(healthz|readyz|health|version|favicon\.ico)(\?|$)/.test(url)
