import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import type { Rooms } from '../house.ts'
import type { SessionCookie } from './session-cookie.ts'
import { hashToken } from './sessions.ts'

/** The form has no fields. */
const maxFormBytes = 1024

/** `POST /sign-out` ends the browser's session; `ended` closes the sockets that were opened with it. */
export function registerSignOut(
  app: FastifyInstance,
  rooms: Rooms,
  cookie: SessionCookie,
  ended: (userId: string, sessionHash: string) => void,
): void {
  app.register(async (scope) => {
    // A form without fields still says that it is one, and nothing here would take it otherwise.
    await scope.register(formbody, { bodyLimit: maxFormBytes })
    scope.post('/sign-out', async (request, reply) => {
      const { user, sessionHash } = request
      if (user !== null && sessionHash !== null) {
        // Also a session under the name that is only read: it would sign the browser in again.
        for (const token of cookie.read(request)) await rooms.store.accounts.deleteSession(hashToken(token))
        ended(user.id, sessionHash)
      }
      cookie.clear(reply)
      return reply.redirect('/', 303)
    })
  })
}
