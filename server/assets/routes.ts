import type { FastifyInstance, FastifyReply } from 'fastify'
import type { LoadedAssets, ServedFile } from './load.ts'

const forEver = 'public, max-age=31536000, immutable'

/** Serves the built files from memory, in the best form the browser takes, and those of other builds as they are. */
export function registerAssets(app: FastifyInstance, assets: LoadedAssets): void {
  app.get('/assets/*', { logLevel: 'error' }, async (request, reply) => {
    const file = assets.files.get(request.url) ?? (await assets.other(request.url))
    if (file === undefined) return reply.callNotFound()
    return send(reply, file, request.headers['accept-encoding'] ?? '')
  })
}

function send(reply: FastifyReply, file: ServedFile, accepted: string): FastifyReply {
  reply.header('cache-control', forEver).header('vary', 'accept-encoding').type(file.contentType)
  if (file.brotli !== undefined && takes(accepted, 'br'))
    return reply.header('content-encoding', 'br').send(file.brotli)
  if (file.gzip !== undefined && takes(accepted, 'gzip'))
    return reply.header('content-encoding', 'gzip').send(file.gzip)
  return reply.send(file.plain)
}

/** Whether a coding is accepted (RFC 9110, section 12.5.3); `q=0` refuses it. */
function takes(accepted: string, coding: string): boolean {
  return accepted.split(',').some((part) => {
    const [name, ...parameters] = part.trim().split(/\s*;\s*/)
    return name?.toLowerCase() === coding && !parameters.some((one) => /^q=0(\.0*)?$/i.test(one))
  })
}
