import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { Rooms } from '../../house.ts'
import { startOf } from './quotas.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/**
 * How often one person may change their account, over all hubs, in a minute of the clock and in a day (UTC). The log
 * keeps a line of each change for a year; no hand makes so many, and a program in a loop soon does.
 */
export const accountChangeBounds = [
  { windowMs: minuteMs, most: 60 },
  { windowMs: dayMs, most: 1_000 },
] as const

/** What one person's changes are counted under. */
export const accountChangeCounter = (userId: string, windowMs: number, now: number) => ({
  key: `account-changes:${windowMs}:${userId}`,
  windowStart: startOf(now, windowMs),
})

/**
 * Counts what a signed-in person sends to their account, before it is looked at.
 *
 * What only takes access away is not counted: whoever has somebody's session could else use up their changes, and keep
 * them from ending it. There is never more of it than there are sessions and keys, and those are bounded.
 */
export function registerAccountChangeLimit(app: FastifyInstance, rooms: Pick<Rooms, 'store'>): void {
  app.addHook('onRequest', async ({ method, routeOptions: { url = '' }, user }) => {
    if (user === null || method === 'GET' || method === 'HEAD') return
    if (ownAccount.test(url) && !takesAccessAway.test(url)) await countChange(rooms, user.id, Date.now())
  })
}

const ownAccount = /^\/account(\/|$)/
const takesAccessAway = /^\/account\/(sessions\/.+|keys\/:id\/revoke|delete)$/

async function countChange({ store }: Pick<Rooms, 'store'>, userId: string, now: number): Promise<void> {
  for (const { windowMs, most } of accountChangeBounds) {
    const counter = accountChangeCounter(userId, windowMs, now)
    if (await store.limits.take(counter, 1, most)) continue
    const retryAfterMs = counter.windowStart + windowMs - now
    const when = windowMs === minuteMs ? 'Wait a minute' : 'Come back tomorrow (UTC)'
    const words = `That is a lot of changes to your account. ${when}, then try again`
    throw new CodedError('rate_limited', words, { retryAfterMs })
  }
}
