import type { FastifyRequest } from 'fastify'
import { offeredTo } from '../../accounts/offered-ways.ts'
import { relyingPartyOf } from '../../accounts/passkeys/relying-party.ts'
import { isFresh } from '../../accounts/permissions.ts'
import type { Rooms } from '../../house.ts'
import { type ApiKey, isInForce } from '../../store/api-keys.ts'
import type { LeftByGuest } from '../../store/guests.ts'
import type { LinkedIdentity } from '../../store/identities.ts'
import type { Passkey } from '../../store/passkeys.ts'
import type { SessionSummary } from '../../store/sessions.ts'
import type { User } from '../../store/store.ts'
import { isLastOf, isOffered, type OfferedWays, type WayIn } from '../../store/ways-in.ts'
import type { Clock } from '../clock.ts'
import type { NamedProvider } from '../sign-in-page.ts'
import type { Visit } from '../visit.ts'

/** Everything the page about an account shows. */
export interface AccountFacts {
  readonly user: User
  readonly clock: Clock
  /** Whether the sign-in is young enough to change who can get in. */
  readonly isFresh: boolean
  readonly hasPasskeys: boolean
  /** By what the sign-in page lets people in here. */
  readonly offered: OfferedWays
  readonly providers: readonly NamedProvider[]
  readonly identities: readonly LinkedIdentity[]
  readonly passkeys: readonly Passkey[]
  readonly recoveryCodes: number
  readonly sessions: readonly SessionSummary[]
  readonly sessionId: string | undefined
  readonly apiKeys: readonly ApiKey[]
  /** What the guest said who this browser was before. */
  readonly left: LeftByGuest | undefined
}

export async function readAccountFacts(rooms: Rooms, { user, request, view }: Visit): Promise<AccountFacts> {
  const { store } = rooms
  const now = Date.now()
  const sessionId = request.credential?.kind === 'session' ? request.credential.id : undefined
  const [account, identities, passkeys, recoveryCodes, sessions, apiKeys, left] = await Promise.all([
    store.accounts.findUser(user.id),
    store.identities.list(user.id),
    store.passkeys.list(user.id),
    store.recoveryCodes.countUnused(user.id),
    store.sessions.list(user.id, now),
    store.apiKeys.list(user.id),
    sessionId === undefined ? undefined : store.guests.leftBefore({ id: sessionId, userId: user.id }),
  ])
  return {
    user: account ?? user,
    clock: view.clock,
    isFresh: isFresh(request.credential, now),
    hasPasskeys: canUsePasskeys(rooms, request),
    offered: offeredTo(rooms, request),
    ...{ providers: rooms.providers, identities, passkeys, recoveryCodes, sessions },
    sessionId,
    left,
    apiKeys: apiKeys.filter((key) => isInForce(key, now)),
  }
}

export const canUsePasskeys = ({ config }: Pick<Rooms, 'config'>, request: FastifyRequest): boolean =>
  relyingPartyOf(config, request) !== undefined

/** Whether a way in must stay, and what is said of that, after the other things about it. */
export function standingOf(
  way: WayIn,
  { user: { kind }, passkeys, identities, offered }: AccountFacts,
): { isLast: boolean; words: string | false } {
  const isLast = isLastOf({ kind, ways: [...passkeys, ...identities] }, way, offered)
  if (isLast) return { isLast, words: ' · your only way in, so it stays' }
  return { isLast, words: !isOffered(way, offered) && ' · not taken here at present' }
}
