import type { FastifyRequest } from 'fastify'
import { CodedError } from '../../../bus/contract/errors.ts'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import type { Rooms } from '../../house.ts'
import type { FoundSession } from '../../store/sessions.ts'
import type { User } from '../../store/store.ts'
import { provenSince } from '../fresh-proof.ts'
import { publishLogin } from '../login.ts'
import { relyingPartyOf } from '../passkeys/relying-party.ts'
import { noteUseEveryMs, sessionEnd } from '../sessions/lifetime.ts'
import { isAway } from '../sessions/remembered.ts'
import { hashToken } from '../sessions/tokens.ts'
import { type ProvenIdentity, signInWithIdentity } from '../sign-in.ts'

/** What sessions say of how they began, beside the slugs of providers. */
export const proxySlug = 'proxy'

/** Whether a session is of the person whom an identity is, as the store says now or did lately. */
export type IsPersonOf = (session: { id: string; userId: string }, proven: ProvenIdentity) => Promise<boolean>

/** Whom a proxy's word signs in. @throws CodedError `not_allowed` where nobody lets them in. */
export async function signInByProxy(
  rooms: Rooms,
  proven: ProvenIdentity,
  request: FastifyRequest,
): Promise<{ user: User; provenAt: number }> {
  const known = await rooms.store.identities.findUser(proven.issuer, proven.subject)
  const rpId = relyingPartyOf(rooms.config, request)?.id
  const word = { provider: { tellsSignIn: false }, proven, userId: known?.id, rpId }
  const provenAt = await provenSince(rooms, word, Date.now())
  const result = await signInWithIdentity(rooms, proven, { guest: request.user, address: request.ip })
  if (result.outcome === 'refused')
    throw new CodedError('not_allowed', 'The proxy knows you, but nobody has let you in here yet.')
  return { user: result.user, provenAt }
}

/**
 * Lets whoever comes through the proxy with no cookie of ours, a program or a socket, use the one session that is for
 * all such requests of theirs: one each would end the sessions of their browsers. It is found by a hash that no cookie
 * can have, since what is hashed is no token. It ends where its person has unlinked that identity.
 */
export async function useProxySession(
  rooms: Rooms,
  proven: ProvenIdentity,
  { request, isPersonOf }: { request: FastifyRequest; isPersonOf: IsPersonOf },
): Promise<void> {
  const tokenHash = hashToken(`proxy ${JSON.stringify([proven.issuer, proven.subject])}`)
  const find = () => findOf(rooms, tokenHash, (session) => isPersonOf(session, proven))
  const present = await find()
  if (present === undefined) await openProxySession(rooms, proven, tokenHash, request)
  const session = present ?? (await find())
  if (session === undefined) throw new CodedError('not_signed_in')
  request.user = session.user
  request.credential = { kind: 'session', id: session.id, signedInAt: session.signedInAt }
  await noteUse(rooms, tokenHash, session)
}

type ProxySession = FoundSession & { readonly id: string }

/** The session, ended where it is another person's than the identity. */
async function findOf(
  { sessions, access }: Rooms,
  tokenHash: string,
  isTheirs: (session: { id: string; userId: string }) => Promise<boolean>,
): Promise<ProxySession | undefined> {
  const now = Date.now()
  const found = await sessions.find(tokenHash, now)
  if (found === undefined || found.id === null) return undefined
  const { id, user } = found
  if (await isTheirs({ id, userId: user.id })) return { ...found, id }
  await sessions.end(user.id, id, now)
  access.changed()
  return undefined
}

async function noteUse(
  { sessions, config }: Rooms,
  tokenHash: string,
  { id, user, createdAt, lastUsedAt, rotationDue }: ProxySession,
): Promise<void> {
  const now = Date.now()
  const isNoted = lastUsedAt > now - noteUseEveryMs
  const expiresAt = sessionEnd(config, user, createdAt, now)
  try {
    if (!isNoted) await sessions.touch(tokenHash, { now, expiresAt, id })
    // Nobody holds a token that a change of role had to replace. While one is due nothing of it is remembered.
    if (rotationDue) await sessions.rotate(tokenHash, { tokenHash, graceUntil: now })
  } catch (error) {
    // The session is good all the same; a later use is noted.
    if (!isAway(error)) throw error
  }
}

async function openProxySession(
  rooms: Rooms,
  proven: ProvenIdentity,
  tokenHash: string,
  request: FastifyRequest,
): Promise<void> {
  const { user, provenAt } = await signInByProxy(rooms, proven, request)
  const now = Date.now()
  const { sessions } = rooms.store
  // One that is over may still have the place.
  await sessions.deleteExpired(now)
  await sessions.create({
    ...{ tokenHash, id: uuidv7(now), userId: user.id, createdAt: now, signedInAt: provenAt },
    expiresAt: sessionEnd(rooms.config, user, now, now),
    device: 'Through the proxy, without a browser',
    proof: { provider: proxySlug, issuer: proven.issuer, subject: proven.subject },
  })
  publishLogin(rooms, user)
}
