import type { FastifyInstance } from 'fastify'
import type { Rooms } from '../house.ts'
import type { SessionCookie } from './session-cookie.ts'

/** `POST /sign-out` ends the browser's session; `ended` closes the sockets that were opened with it. */
export function registerSignOut(
  app: FastifyInstance,
  rooms: Rooms,
  cookie: SessionCookie,
  ended: (userId: string, sessionHash: string) => void,
): void {
  app.post('/sign-out', async (request, reply) => {
    const { user, sessionHash } = request
    if (user !== null && sessionHash !== null) {
      await rooms.store.accounts.deleteSession(sessionHash)
      ended(user.id, sessionHash)
    }
    cookie.clear(reply)
    return reply.redirect('/', 303)
  })
}
