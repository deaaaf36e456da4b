import { CodedError } from '../../../bus/contract/errors.ts'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import type { Rooms } from '../../house.ts'
import { maxApiKeysPerUser } from '../../store/api-keys.ts'
import { audit } from '../audit.ts'
import type { SignedIn } from '../link-identity.ts'
import { type apiKeyScopes, requireFresh, requireMay } from '../permissions.ts'
import { newApiKey } from './api-key.ts'

export type ApiKeyScope = (typeof apiKeyScopes)[number]

/** How long a key may be good for, in days; null: until it is revoked. */
export const apiKeyLifetimes = [7, 30, 90, 365, null] as const

const dayMs = 24 * 60 * 60_000

export interface WantedKey {
  readonly name: string
  readonly scopes: readonly ApiKeyScope[]
  readonly days: (typeof apiKeyLifetimes)[number]
}

/**
 * Makes a key for programs of this person.
 *
 * @returns the key itself, which nobody can be shown again.
 * @throws CodedError `not_allowed` for guests and without a fresh sign-in, `conflict` past `maxApiKeysPerUser`.
 */
export async function makeApiKey(rooms: Rooms, who: SignedIn, wanted: WantedKey): Promise<string> {
  requireFresh(who, 'make-api-keys')
  const { key, prefix, hash } = newApiKey()
  const createdAt = Date.now()
  const isMade = await rooms.store.apiKeys.create({
    id: uuidv7(createdAt),
    userId: who.user.id,
    prefix,
    hash,
    name: wanted.name,
    scopes: wanted.scopes,
    createdAt,
    expiresAt: wanted.days === null ? null : createdAt + wanted.days * dayMs,
  })
  if (!isMade) throw new CodedError('conflict', `You have ${maxApiKeysPerUser} keys. Revoke one first.`)
  await note(rooms, who, 'api-key-made', { prefix, scopes: wanted.scopes.join(' ') })
  return key
}

/** Ends a key, and every socket that was opened with it. @throws CodedError `not_found`. */
export async function revokeApiKey(rooms: Rooms, who: SignedIn, id: string): Promise<void> {
  requireMay(who, 'manage-account')
  if (!(await rooms.store.apiKeys.revoke(who.user.id, id, Date.now()))) throw new CodedError('not_found')
  rooms.access.changed()
  await note(rooms, who, 'api-key-revoked', { key: id })
}

const note = (
  rooms: Rooms,
  { user, address }: SignedIn,
  act: 'api-key-made' | 'api-key-revoked',
  facts: Readonly<Record<string, string>>,
) =>
  audit(rooms, {
    act,
    actorId: user.id,
    subjectId: user.id,
    ...(address !== undefined && { address }),
    facts,
  })
