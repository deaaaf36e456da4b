import type { FastifyInstance, FastifyRequest } from 'fastify'
import { fieldOf } from '../../pages/request-fields.ts'
import { returnPath } from './return-to.ts'

/**
 * A link on another site begins no sign-in: at a provider that remembers its person it would end without a question, and
 * whoever followed it be signed in without having wanted to (ASVS 5.0, 7.6.2). It leads to the sign-in page, where a
 * click does. Who types the address, or comes by a browser that does not say whence, begins one as ever.
 */
export function registerFromElsewhere(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url !== '/sign-in/:provider' || !isFromElsewhere(request)) return
    const returnTo = returnPath(fieldOf(request.query, 'return_to'))
    // Whoever is signed in is asked anew there, as they would have been.
    const again = request.user !== null && request.user.kind !== 'guest' ? 'again=1&' : ''
    reply.header('cache-control', 'no-store')
    return reply.redirect(`/sign-in?${again}return_to=${encodeURIComponent(returnTo)}`, 303)
  })
}

const isFromElsewhere = ({ headers }: FastifyRequest): boolean =>
  headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site'
