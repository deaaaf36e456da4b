import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import type { Rooms } from '../house.ts'
import { audit } from './audit.ts'
import type { SessionCookie } from './sessions/cookie.ts'
import { hashToken } from './sessions/tokens.ts'

/** The form has no fields. */
const maxFormBytes = 1024

/** `POST /sign-out` ends the browser's session, and with it the sockets that were opened with it, on every hub. */
export function registerSignOut(app: FastifyInstance, rooms: Rooms, cookie: SessionCookie): void {
  app.register(async (scope) => {
    // A form without fields still says that it is one, and nothing here would take it otherwise.
    await scope.register(formbody, { bodyLimit: maxFormBytes })
    scope.post('/sign-out', async (request, reply) => {
      const { user, credential } = request
      if (user !== null && credential?.kind === 'session') {
        // Also a session under the name that is only read: it would sign the browser in again.
        for (const token of cookie.read(request))
          await rooms.store.sessions.endByToken(hashToken(token), Date.now())
        rooms.access.changed()
        if (user.kind !== 'guest')
          await audit(rooms, { act: 'sign-out', actorId: user.id, subjectId: user.id, address: request.ip })
      }
      cookie.clear(reply)
      return reply.redirect('/', 303)
    })
  })
}
