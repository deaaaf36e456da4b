import type { FastifyReply, FastifyRequest } from 'fastify'
import { requireUser } from '../../accounts/identify.ts'
import type { SignedIn } from '../../accounts/link-identity.ts'
import { isFresh } from '../../accounts/permissions.ts'
import type { Rooms } from '../../house.ts'
import type { Html } from '../html.ts'
import { type Visit, visited } from '../visit.ts'

/** One request by an admin. */
export interface AdminVisit {
  readonly rooms: Rooms
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly who: SignedIn
}

/** Answers an admin with a page: strangers get the way in, everybody else hears that it is not theirs. */
export const adminPage = (rooms: Rooms, answer: (visit: AdminVisit & Pick<Visit, 'view'>) => Promise<Html>) =>
  visited(rooms, ({ request, reply, view }) => answer({ rooms, request, reply, view, who: adminOf(request) }))

/** Does what an admin's form asks and leads to the page it says. */
export const adminAct =
  (rooms: Rooms, act: (visit: AdminVisit) => Promise<string>): RouteAnswer =>
  async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return reply.redirect(await act({ rooms, request, reply, who: adminOf(request) }), 303)
  }

/**
 * Without a fresh sign-in leads an admin to the sign-in page first, and from there to where the form was. What it
 * stands before asks for that again, so that forgetting it here opens nothing.
 */
export const freshly =
  (back: (request: FastifyRequest) => string, answer: RouteAnswer): RouteAnswer =>
  async (request, reply) => {
    const { credential } = adminOf(request)
    if (isFresh(credential, Date.now())) return answer(request, reply)
    return reply.header('cache-control', 'no-store').redirect(signInAgain(back(request)), 303)
  }

type RouteAnswer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

export const signInAgain = (returnTo: string): string =>
  `/sign-in?again=1&return_to=${encodeURIComponent(returnTo)}`

export const adminOf = (request: FastifyRequest): SignedIn => ({
  user: requireUser(request, 'administer'),
  credential: request.credential,
  address: request.ip,
})
