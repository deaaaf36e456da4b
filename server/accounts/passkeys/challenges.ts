import type { FlowStore } from '../../store/flows.ts'
import { hashToken, newToken } from '../sessions/tokens.ts'

/** A person has this long to answer their device, in milliseconds. */
export const challengeAgeMs = 5 * 60_000

/** What an answer to a challenge will be taken for, and nothing else. */
export type ChallengePurpose =
  | { readonly purpose: 'sign-in' }
  | { readonly purpose: 'add'; readonly userId: string; readonly sessionId: string }
  | {
      readonly purpose: 'invitation'
      readonly invitationHash: string
      readonly userId: string
      /** The guest who begins it, and becomes the new person. */
      readonly isGuest: boolean
      readonly name: string
    }

/**
 * Makes a challenge that only the browser with this binding can answer, once, on any hub.
 *
 * @returns 256 random bits in base64url.
 */
export async function beginChallenge(
  flows: FlowStore,
  purpose: ChallengePurpose,
  binding: string,
): Promise<string> {
  const challenge = newToken()
  const now = Date.now()
  const keys = { stateHash: stateHashOf(challenge), bindingHash: hashToken(binding) }
  await flows.create({ ...keys, json: JSON.stringify(purpose), expiresAt: now + challengeAgeMs }, now)
  return challenge
}

/** Uses a challenge up. @returns undefined where it is unknown, used, too old, or another browser's. */
export async function takeChallenge(
  flows: FlowStore,
  challenge: string,
  binding: string,
): Promise<ChallengePurpose | undefined> {
  const json = await flows.take(stateHashOf(challenge), hashToken(binding), Date.now())
  return json === undefined ? undefined : JSON.parse(json)
}

/** The states of other flows live in the same table, so that one can never stand for the other. */
const stateHashOf = (challenge: string): string => hashToken(`passkey ${challenge}`)
