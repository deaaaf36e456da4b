import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { HubConfig } from '../../config.ts'
import { publicOriginOf } from '../flows/public-origin.ts'

/** What a passkey is bound to (WebAuthn Level 3, section 5.1.3): a name, and pages of one origin that has it. */
export interface RelyingParty {
  readonly id: string
  readonly origin: string
}

/** This house as passkeys know it: by `PUBLIC_URL`, else as `localhost` for a browser on this machine. */
export const relyingPartyOf = (
  config: Pick<HubConfig, 'publicUrl'>,
  request: FastifyRequest,
): RelyingParty | undefined => partyAt(publicOriginOf(config, request))

/** Undefined where browsers offer no passkeys: at a bare IP address, and without TLS anywhere but on localhost. */
export function partyAt(origin: string | undefined): RelyingParty | undefined {
  const url = URL.parse(origin ?? '')
  if (url === null) return undefined
  const isLocal = url.hostname === 'localhost' || url.hostname.endsWith('.localhost')
  if (url.protocol !== 'https:' && !isLocal) return undefined
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) return undefined
  return { id: url.hostname, origin: url.origin }
}

/** @throws CodedError `request_invalid`, with what helps. */
export function requireRelyingParty(
  config: Pick<HubConfig, 'publicUrl'>,
  request: FastifyRequest,
): RelyingParty {
  const party = relyingPartyOf(config, request)
  if (party === undefined)
    throw new CodedError(
      'request_invalid',
      'Passkeys work at an https:// address with a name, or at http://localhost.',
    )
  return party
}
