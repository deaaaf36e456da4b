import type { AccessChange } from '../../../bus/contract/access.ts'
import { CodedError } from '../../../bus/contract/errors.ts'
import { streams } from '../../../bus/contract/streams.ts'
import type { Bus } from '../../../bus/nats/bus.ts'
import { errorFields, type Logger } from '../../../telemetry/logger.ts'
import type { SessionCache } from '../../store/session-cache.ts'
import type { SessionStore } from '../../store/sessions.ts'
import type { Access } from './access.ts'

export interface Remembering {
  readonly sessions: SessionStore
  readonly cache: SessionCache
  readonly access: Access
  readonly bus: Pick<Bus, 'epochOf' | 'onConnect'>
  readonly log: Logger
}

/**
 * Sessions as the store has them; while it is away as it last said, within the cache's age, and only once all changes
 * of access that were told are known here. So an outage of the store signs nobody out and lets nobody back in.
 *
 * What a browser's own request ends is forgotten here by the act itself, also where the store did not answer. Whatever
 * else takes access away (an account switched off or deleted, another role, a provider's sign-out, a key) comes by
 * `onChange` alone: its revocation is of the same transaction, and `Access.changed` does it here before anything is
 * asked of store or bus. One that got no answer was not done for whoever asked, who hears so and asks again; if it was
 * done after all, the store tells of it when it is back.
 */
export function rememberSessions({ sessions, cache, access, bus, log }: Remembering): SessionStore {
  let isTrusted = true
  /** A disk that fails must not let somebody in whose access ended: then nothing is remembered any more. */
  const careful = <T>(act: () => T): T | undefined => {
    try {
      return act()
    } catch (error) {
      isTrusted = false
      log.error(errorFields(error), 'Sessions are remembered no more: the cache failed')
      return undefined
    }
  }
  const enterEpoch = () => careful(() => cache.enterEpoch(bus.epochOf(streams.access.name)))
  access.onChange((change) => careful(() => cache.apply(change)))
  bus.onConnect(enterEpoch)
  // It may have come while the store was opened, and what is kept in no epoch is gone with the first outage.
  if (bus.epochOf(streams.access.name) !== 0) enterEpoch()

  /** Also where the store did not answer: then the act may have been done, and nothing tells. */
  const forgetting = async <T>(act: Promise<T>, forget: () => void): Promise<T> => {
    try {
      return await act
    } finally {
      careful(forget)
    }
  }
  const over = (userId: string, kind: AccessChange['kind'], ended: string[] = []) =>
    cache.apply({ user_id: userId, kind, ended, timestamp: Date.now() / 1000 })

  return {
    ...sessions,
    rotate: (tokenHash, rotated) =>
      forgetting(sessions.rotate(tokenHash, rotated), () => cache.forget(tokenHash)),
    end: (userId, id, now) => forgetting(sessions.end(userId, id, now), () => over(userId, 'ended', [id])),
    endOthers: (userId, keptId, now) =>
      forgetting(sessions.endOthers(userId, keptId, now), () => over(userId, 'everything')),
    find: async (tokenHash, now) => {
      const { changes } = cache
      try {
        const found = await sessions.find(tokenHash, now)
        if (found === undefined) careful(() => cache.forget(tokenHash))
        else if (cache.changes === changes) careful(() => cache.keep(tokenHash, found, now))
        return found
      } catch (error) {
        if (!isAway(error) || !(await access.caughtUp())) throw error
        enterEpoch()
        const remembered = careful(() => cache.find(tokenHash, now))
        // Perhaps it is good and only not known here: that is no reason to say that nobody is signed in.
        if (!isTrusted || remembered === undefined) throw error
        return remembered
      }
    },
  }
}

export const isAway = (error: unknown): boolean =>
  error instanceof CodedError && error.code === 'store_unavailable'
