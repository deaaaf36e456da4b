import type { FlowStore } from '../../store/flows.ts'
import type { FlowSecrets } from '../providers/provider.ts'
import { hashToken, newToken } from '../sessions/tokens.ts'

/** A sign-in has this long, in milliseconds. Past it the person begins anew. */
export const flowAgeMs = 10 * 60_000

/** What a browser set out to do at a provider. */
export interface FlowPurpose {
  /** The provider's slug. */
  readonly provider: string
  /** A path of this house. */
  readonly returnTo: string
  /** The signed-in person who links another account; null: a sign-in. */
  readonly linkTo: string | null
  /** Somebody who is signed in is to show that it is them at this moment. */
  readonly isAgain: boolean
  /** Who that is where they sign in again: nobody else comes of it. A flow that an older hub began has none. */
  readonly againAs?: string
  /** The hash of an invitation's token, where somebody comes from its page: a row of the store opens no door. */
  readonly invitationHash?: string
}

export interface Flow extends FlowPurpose, FlowSecrets {}

/**
 * Begins a flow that only the browser with this binding can end, on any hub: what ties it together is in the store,
 * under the hash of its `state`.
 *
 * @param binding what the browser's cookie holds.
 */
export async function beginFlow(
  flows: FlowStore,
  begun: FlowPurpose & { readonly redirectUri: string; readonly binding: string },
  now: number,
): Promise<FlowSecrets> {
  const { binding, redirectUri, ...purpose } = begun
  // As a PKCE verifier a token has the 43 characters that RFC 7636, section 4.1, asks for.
  const secrets = { redirectUri, state: newToken(), nonce: newToken(), verifier: newToken() }
  const { state, ...kept } = { ...secrets, ...purpose }
  const keys = { stateHash: hashToken(state), bindingHash: hashToken(binding) }
  await flows.create({ ...keys, json: JSON.stringify(kept), expiresAt: now + flowAgeMs }, now)
  return secrets
}

/** Ends a flow. @returns undefined where it is unknown, used, too old, or another browser's. */
export async function endFlow(
  flows: FlowStore,
  { state, binding }: { state: string; binding: string },
  now: number,
): Promise<Flow | undefined> {
  const json = await flows.take(hashToken(state), hashToken(binding), now)
  if (json === undefined) return undefined
  const kept: Omit<Flow, 'state'> = JSON.parse(json)
  return { ...kept, state }
}
