import type { FastifyInstance, FastifyReply } from 'fastify'

/**
 * One line for each answer: the route's pattern rather than the address, which may hold a search or an owner's link.
 * Routes made with `logLevel: 'warn'` stay silent.
 */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(fieldsOf(request.method, request.routeOptions.url, reply), 'A request is answered')
  })
}

const fieldsOf = (method: string, route: string | undefined, reply: FastifyReply) => ({
  method,
  route: route ?? 'unknown',
  status: reply.statusCode,
  duration_ms: Math.round(reply.elapsedTime * 10) / 10,
})
