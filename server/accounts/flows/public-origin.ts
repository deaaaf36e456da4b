import type { FastifyRequest } from 'fastify'
import type { HubConfig } from '../../config.ts'
import { isLocalRequest } from '../local-request.ts'

/**
 * Where people find the house, for addresses that others are told: `PUBLIC_URL`; without it, the name by which a
 * browser on this very machine asks. Undefined for anybody else, whose `Host` could be anything.
 */
export function publicOriginOf(
  config: Pick<HubConfig, 'publicUrl'>,
  request: FastifyRequest,
): string | undefined {
  if (config.publicUrl !== '') return config.publicUrl
  const { headers, raw, socket } = request
  const { remoteAddress } = socket
  if (!isLocalRequest({ remoteAddress, httpVersion: raw.httpVersion, headers })) return undefined
  return `http://${headers.host?.toLowerCase()}`
}

/**
 * Where the browser is that sends a form, for what it alone is shown. Without `PUBLIC_URL` the request says it: a false
 * `Host` misleads nobody but its sender.
 */
export function originAskedAt(config: Pick<HubConfig, 'publicUrl'>, request: FastifyRequest): string {
  const { host = '', origin = '' } = request.headers
  const isOwn = URL.parse(origin)?.host === host.toLowerCase()
  return publicOriginOf(config, request) ?? (isOwn ? origin : `http://${host.toLowerCase()}`)
}
