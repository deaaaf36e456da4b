import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { socketPath } from '../../../bus/contract/protocol.ts'
import type { ApiKeyStore } from '../../store/api-keys.ts'
import type { User } from '../../store/store.ts'
import type { Credential } from '../request-user.ts'
import { hashToken } from '../sessions/tokens.ts'
import { isApiKey, keyMark } from './api-key.ts'

/** A key's last use is written down at most this often, in milliseconds. */
export const noteKeyUseEveryMs = 60_000

/**
 * The key in an `Authorization: Bearer` header (RFC 6750, section 2.1). Any other header of that name is not meant for
 * this house: a proxy before it may have asked for a password of its own.
 */
export function keyOf({ authorization }: Pick<IncomingHttpHeaders, 'authorization'>): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  return bearer?.startsWith(keyMark) ? bearer : undefined
}

/** Whether a route is for programs: `/v1` and the socket. Pages and ways in are for people, who have a session. */
export const takesKeys = ({ routeOptions: { url = '' } }: Pick<FastifyRequest, 'routeOptions'>): boolean =>
  url === socketPath || url.startsWith('/v1/')

/** Whether nothing but a key says who asks: no page can make a browser send one, so where it comes from is no matter. */
export const hasKeyAlone = (request: Pick<FastifyRequest, 'headers' | 'routeOptions'>): boolean =>
  takesKeys(request) && request.headers.cookie === undefined && keyOf(request.headers) !== undefined

/**
 * Whose key it is, its use noted; undefined for an unknown, revoked or expired one. The store finds a key by its hash,
 * so how long that takes says nothing of the key; what it found is compared in constant time, whatever an index or a
 * collation took for equal.
 */
export async function useApiKey(
  keys: ApiKeyStore,
  text: string,
  now: number,
): Promise<{ user: User; credential: Credential } | undefined> {
  if (!isApiKey(text)) return undefined
  const hash = hashToken(text)
  const found = await keys.find(hash, now)
  if (found === undefined || !isSameHash(found.hash, hash)) return undefined
  const { key, user } = found
  const isNoted = key.lastUsedAt !== null && key.lastUsedAt > now - noteKeyUseEveryMs
  if (!isNoted) await keys.noteUse(key.id, { now, unlessAfter: now - noteKeyUseEveryMs })
  return { user, credential: { kind: 'api-key', id: key.id, scopes: key.scopes } }
}

/** Both are SHA-256 in hexadecimal, so of one length unless a row is broken. */
function isSameHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
