import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import type { Rooms } from '../../house.ts'
import { fieldOf } from '../../pages/request-fields.ts'
import { confirmingId } from '../confirming.ts'
import { problemPath } from '../flows/problem-path.ts'
import { returnPath } from '../flows/return-to.ts'
import { signIn } from '../identify.ts'
import type { SessionCookie } from '../sessions/cookie.ts'
import { useRecoveryCode } from './codes.ts'

/** One code, and where to go. */
const maxFormBytes = 4_096

/** As the sign-in page knows them. */
const problems = { wrong: 'recovery_code', somebody_else: 'somebody_elses_code' } as const

/**
 * `POST /sign-in/recovery` takes one of a person's recovery codes, from the form on the sign-in page. Who comes in this
 * way is sent to where a new passkey can be made; who confirms that it is them goes back to what they were doing.
 */
export function registerRecovery(app: FastifyInstance, rooms: Rooms, cookie: SessionCookie): void {
  app.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: maxFormBytes })
    scope.post('/sign-in/recovery', async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const typed = fieldOf(request.body, 'code') ?? ''
      const againAs = confirmingId(request.user)
      const to = returnPath(fieldOf(request.body, 'return_to'))
      const user = await useRecoveryCode(rooms, { typed, againAs, address: request.ip })
      if (typeof user === 'string') {
        const told = { problem: problems[user], returnTo: to, isAgain: againAs !== undefined }
        return reply.redirect(problemPath(told), 303)
      }
      await signIn(request, reply, rooms, cookie, { user, way: 'recovery_code' })
      return reply.redirect(againAs === undefined ? '/account?recovered=1' : to, 303)
    })
  })
}
