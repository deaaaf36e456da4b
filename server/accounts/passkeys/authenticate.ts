import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import type { Passkey, PasskeyStore } from '../../store/passkeys.ts'
import type { User } from '../../store/store.ts'
import type { RelyingParty } from './relying-party.ts'

/** What the browser asks a device for: any passkey of this house, by whoever unlocks it. */
export const signInOptions = (
  party: RelyingParty,
  challenge: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> =>
  generateAuthenticationOptions({
    rpID: party.id,
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    userVerification: 'required',
  })

/**
 * Whose passkey answered a challenge; its use and counter are noted. Undefined for one that is unknown, of somebody
 * who is disabled, made for another name or page, not unlocked, or a copy: a counter that does not rise says so.
 */
export async function readSignIn(
  passkeys: PasskeyStore,
  party: RelyingParty,
  { response, challenge }: { response: AuthenticationResponseJSON; challenge: string },
): Promise<User | undefined> {
  const found = await passkeys.find(response.id)
  if (found === undefined || !isHandleOf(found.passkey, response)) return undefined
  const { passkey, user } = found
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      counter: passkey.counter,
    },
  }).catch(() => undefined)
  if (!verified?.verified) return undefined
  const { newCounter: counter, credentialBackedUp: backedUp } = verified.authenticationInfo
  await passkeys.noteUse(passkey.credentialId, { counter, backedUp, rpId: party.id, now: Date.now() })
  return user
}

/** A discoverable credential names whose it is (WebAuthn Level 3, section 7.2, step 6): then it is that person's. */
const isHandleOf = ({ userId }: Passkey, { response }: AuthenticationResponseJSON): boolean =>
  response.userHandle !== undefined && Buffer.from(response.userHandle, 'base64url').toString() === userId
