import { setTimeout } from 'node:timers/promises'
import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Rooms } from '../house.ts'
import { themeOf } from '../pages/cookies.ts'
import { sendOnward } from '../pages/onward-page.ts'
import type { SessionProof, SessionStore } from '../store/sessions.ts'
import { audit } from './audit.ts'
import { publicOriginOf } from './flows/public-origin.ts'
import type { SessionCookie } from './sessions/cookie.ts'
import { hashToken, isToken } from './sessions/tokens.ts'

/** The form has no fields. */
const maxFormBytes = 1024

/** Longest wait for where a provider signs people out, in milliseconds. Past it, it is left out. */
const longestWaitMs = 2_000

/** `POST /sign-out` ends the browser's session, and with it the sockets that were opened with it, on every hub. */
export function registerSignOut(app: FastifyInstance, rooms: Rooms, cookie: SessionCookie): void {
  app.register(async (scope) => {
    // A form without fields still says that it is one, and nothing here would take it otherwise.
    await scope.register(formbody, { bodyLimit: maxFormBytes })
    scope.post('/sign-out', async (request, reply) => {
      const { user, credential } = request
      const tokens = cookie.read(request)
      cookie.clear(reply)
      if (user === null || credential?.kind !== 'session') return reply.redirect('/', 303)
      // A store that is away says so again below; until then the session is forgotten here at least.
      const proof = await rooms.store.sessions.proofOf(credential.id).catch(() => undefined)
      try {
        await rooms.sessions.end(user.id, credential.id, Date.now())
        await endAll(rooms.sessions, tokens)
      } finally {
        rooms.access.changed()
      }
      if (user.kind !== 'guest')
        await audit(rooms, { act: 'sign-out', actorId: user.id, subjectId: user.id, address: request.ip })
      return leave(rooms, proof, request, reply)
    })
  })
}

/** Also a session under the name that is only read: it would sign the browser in again. */
async function endAll(sessions: SessionStore, tokens: readonly string[]): Promise<void> {
  const now = Date.now()
  for (const token of tokens.filter(isToken)) {
    const session = await sessions.find(hashToken(token), now)
    if (session && session.id !== null) await sessions.end(session.user.id, session.id, now)
  }
}

/**
 * To the first page, or on to the provider that the session came from (OpenID Connect RP-Initiated Logout 1.0), so that
 * the next person at this screen isn't let in by a click.
 */
async function leave(
  rooms: Rooms,
  proof: SessionProof | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const provider = rooms.providers.find(({ slug }) => slug === proof?.provider)
  const origin = publicOriginOf(rooms.config, request)
  if (proof?.idToken === undefined || provider?.logout === undefined || origin === undefined)
    return reply.redirect('/', 303)
  const signedOut = { idToken: proof.idToken, returnTo: `${origin}/sign-in` }
  // A provider that is away keeps nobody waiting who has signed out here.
  const found = provider.logout.endSessionUrl(signedOut).catch(() => undefined)
  const there = await Promise.race([found, setTimeout(longestWaitMs, undefined, { ref: false })])
  if (there === undefined) return reply.redirect('/', 303)
  return sendOnward(reply, {
    ...{ theme: themeOf(request.headers.cookie), assets: rooms.assets },
    ...{ heading: 'You are signed out here', mark: 'leave', name: provider.name, address: there.href },
  })
}
