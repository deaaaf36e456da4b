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
