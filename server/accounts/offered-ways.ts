import type { FastifyRequest } from 'fastify'
import { addressHere } from '../address-here.ts'
import type { HubConfig } from '../config.ts'
import type { House } from '../house.ts'
import type { OfferedWays } from '../store/ways-in.ts'
import { publicOriginOf } from './flows/public-origin.ts'
import { isLoopback } from './local-request.ts'
import { partyAt } from './passkeys/relying-party.ts'

type Settings = Pick<House, 'config' | 'providers'>

/** By what the sign-in page lets people in where this browser is. */
export const offeredTo = (house: Settings, request: FastifyRequest): OfferedWays =>
  offeredAt(house, publicOriginOf(house.config, request))

/**
 * By what the sign-in page lets people in at the address that a start names: `PUBLIC_URL`, or `localhost` where nobody
 * else reaches the house. A house that is open to its network without `PUBLIC_URL` offers nothing at the bare IP address
 * it is told by. A passkey of `localhost` still counts there: whoever made it sits at this machine, where it works, and
 * need not be found in a log that others may read.
 */
export function offeredAtStart(house: Settings): OfferedWays {
  const { publicUrl, host } = house.config
  if (publicUrl !== '') return offeredAt(house, publicUrl)
  const isHere = addressHere(host) === 'localhost'
  if (isHere && isLoopback(host)) return offeredAt(house, 'http://localhost')
  return { ...offeredAt(house, undefined), rpId: isHere ? 'localhost' : undefined }
}

/** Undefined: at an address that could be anything, to which nobody is sent back from a provider. */
function offeredAt({ config, providers }: Settings, origin: string | undefined): OfferedWays {
  const rpId = partyAt(origin)?.id
  const sentBack = origin === undefined ? [] : providers.map(({ issuer }) => issuer)
  // The page asks for codes beside passkeys alone.
  return { rpId, issuers: [...sentBack, ...proxyIssuer(config)], recoveryCodes: rpId !== undefined }
}

/** Whoever comes through a proxy that signs people in needs no page. */
const proxyIssuer = ({ proxyIdentityHeader: header, proxyIdentityIssuer: issuer }: HubConfig): string[] =>
  header === undefined || issuer === undefined ? [] : [issuer]
