import type { House } from '../house.ts'
import { isSameIssuer } from '../store/issuers.ts'
import type { Passkey } from '../store/passkeys.ts'
import type { Provider } from './providers/provider.ts'
import { SignInFault } from './providers/sign-in-fault.ts'
import { freshSignInMs } from './sessions/lifetime.ts'
import type { ProvenIdentity } from './sign-in.ts'

/** What a provider said, and whose identity it is here; undefined: nobody's yet. */
export interface ProviderWord {
  readonly provider: Pick<Provider, 'tellsSignIn'>
  readonly proven: ProvenIdentity
  readonly userId: string | undefined
  /** The house's name where they are, if passkeys work there. */
  readonly rpId: string | undefined
}

/** Clocks of a provider and a hub differ by less than this, in milliseconds. */
const clockToleranceMs = 30_000

/**
 * What nobody used for this long counts as lost, in milliseconds. Not SESSION_LIFETIME: who sets that to hours wants more
 * proof and not less.
 */
export const lostAfterMs = 180 * 24 * 60 * 60_000

/** From when a session counts whose way in shows nothing of the moment: it is fresh for nothing. */
const longAgo = 0

/**
 * When somebody last proved who they are, by a provider's word, in Unix milliseconds. A provider that tells is believed,
 * but for a time that is still to come. One that does not lets in whoever sits at a browser it remembers: its word counts
 * as of now for those who have nothing better (`hasBetterWay`), and for others not at all.
 */
export async function provenSince(house: House, word: ProviderWord, now: number): Promise<number> {
  const { provider, proven, userId, rpId } = word
  if (provider.tellsSignIn) {
    const { provenAt = longAgo } = proven
    return provenAt > now + clockToleranceMs ? longAgo : Math.min(provenAt, now)
  }
  return userId !== undefined && (await hasBetterWay(house, { userId, rpId }, now)) ? longAgo : now
}

/** Refuses what shows nothing of this moment. @throws SignInFault `not_fresh` */
export function checkProvenNow(provenAt: number, now: number): void {
  if (now - provenAt >= freshSignInMs)
    throw new SignInFault('not_fresh', 'The provider did not show a new sign-in')
}

/**
 * Whether a person can show by a passkey, or by a provider that tells when they signed in there, that it is them at this
 * moment. One that was not used for `lostAfterMs` counts as lost: else a lost device would lock its person out of their
 * own account for good. Nor does a passkey count that the house could not take, since it is found by another name.
 */
export async function hasBetterWay(
  { store, providers }: Pick<House, 'store' | 'providers'>,
  { userId, rpId }: Pick<ProviderWord, 'rpId'> & { readonly userId: string },
  now: number,
): Promise<boolean> {
  const usedSince = now - lostAfterMs
  const passkeys = rpId === undefined ? [] : await store.passkeys.list(userId)
  const works = (passkey: Passkey) => (passkey.rpId ?? rpId) === rpId
  if (passkeys.some((one) => works(one) && (one.lastUsedAt ?? one.createdAt) > usedSince)) return true
  const telling = providers.filter((one) => one.tellsSignIn)
  const identities = await store.identities.list(userId)
  return identities.some(
    ({ issuer, lastUsedAt }) =>
      lastUsedAt > usedSince && telling.some((one) => isSameIssuer(one.issuer, issuer)),
  )
}
