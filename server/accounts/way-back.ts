import type { FastifyRequest } from 'fastify'
import type { House } from '../house.ts'
import type { User } from '../store/store.ts'
import { isOffered } from '../store/ways-in.ts'
import { offeredTo } from './offered-ways.ts'

/** Whether somebody who signs out where this browser is can come back by what they have: owners also without, by a new link. */
export async function hasWayBack(
  house: Pick<House, 'store' | 'config' | 'providers'>,
  request: FastifyRequest,
  { id }: User,
): Promise<boolean> {
  const { passkeys, identities, recoveryCodes } = house.store
  const offered = offeredTo(house, request)
  const ways = await Promise.all([passkeys.list(id), identities.list(id)])
  if (ways.flat().some((way) => isOffered(way, offered))) return true
  return offered.recoveryCodes && (await recoveryCodes.countUnused(id)) > 0
}
