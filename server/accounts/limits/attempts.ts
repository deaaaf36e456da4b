import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { Rooms } from '../../house.ts'
import { addressKey } from './address-key.ts'
import { startOf } from './quotas.ts'

const minuteMs = 60_000

/** What the keys of all counters of attempts begin with. */
export const attemptCounters = 'attempts:'

/**
 * Counts one attempt to get in from an address, over all hubs. For every way in, and for what came with a wrong key.
 *
 * @throws CodedError `rate_limited` with when to come back.
 */
export async function countAttempt(
  { store, config }: Pick<Rooms, 'store' | 'config'>,
  address: string,
): Promise<void> {
  const now = Date.now()
  const windowStart = startOf(now, minuteMs)
  const counter = { key: `${attemptCounters}${addressKey(address)}`, windowStart }
  if (await store.limits.take(counter, 1, config.attemptsPerMinute)) return
  throw new CodedError('rate_limited', undefined, { retryAfterMs: windowStart + minuteMs - now })
}

/**
 * Counts whatever goes to a way in, before it is looked at. By the route that was found: one address can be written in
 * many ways (`/%6Fwner`, `http://host/owner`), and the router takes them all.
 */
export function registerAttemptLimit(app: FastifyInstance, rooms: Rooms): void {
  app.addHook('onRequest', async ({ routeOptions: { url = '' }, ip }) => {
    if (waysIn.test(url) && url !== backChannelLogoutPath) await countAttempt(rooms, ip)
  })
}

/**
 * Where a provider says that a session is over. It says so from one address for everybody, and must not be turned away;
 * what is no word of a provider's counts as an attempt.
 */
export const backChannelLogoutPath = '/sign-in/:provider/back-channel-logout'

const waysIn = /^\/(owner|sign-in|invitation|passkey|recovery)(\/|$)/
