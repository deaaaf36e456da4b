import type { FastifyInstance, FastifyReply } from 'fastify'
import type { HubConfig } from './config.ts'

/**
 * One line for each answer: the route's pattern rather than the address, which may hold a search or an owner's link.
 * In a terminal (`pretty`) a line for each request would bury what a person looks for, so there what went well is
 * `debug`. What failed on our side is a warning. Routes made with `logLevel: 'error'` stay silent.
 */
export function registerRequestLog(app: FastifyInstance, { logFormat }: Pick<HubConfig, 'logFormat'>): void {
  const usual = logFormat === 'pretty' ? 'debug' : 'info'
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply
    const level = statusCode >= 500 ? 'warn' : statusCode >= 400 ? 'info' : usual
    request.log[level](fieldsOf(request.method, request.routeOptions.url, reply), 'A request is answered')
  })
}

const fieldsOf = (method: string, route: string | undefined, reply: FastifyReply) => ({
  method,
  route: route ?? 'unknown',
  status: reply.statusCode,
  duration_ms: Math.round(reply.elapsedTime * 10) / 10,
})
