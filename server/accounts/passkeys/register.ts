import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { CodedError } from '../../../bus/contract/errors.ts'
import type { NewPasskey } from '../../store/passkeys.ts'
import { nameOfPasskey } from './name-of.ts'
import type { RelyingParty } from './relying-party.ts'

/** EdDSA, ES256 and RS256, as COSE numbers them: what devices have. Newer ones are experiments in Node. */
const supportedAlgorithmIDs = [-8, -7, -257]

/** For whom a passkey is made: the id is the user handle that it hands back at a sign-in. */
export interface PasskeyOwner {
  readonly userId: string
  readonly name: string
  /** Credential ids, so that no device makes a second one. */
  readonly present: readonly string[]
}

/**
 * What the browser asks its device for: a discoverable credential, so that signing in needs no name, behind a PIN or a
 * finger, so that a stolen device is no way in. No attestation: what the device is made by is nobody's business here.
 */
export function passkeyOptions(
  party: RelyingParty,
  { userId, name, present }: PasskeyOwner,
  challenge: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpName: 'Companions',
    rpID: party.id,
    userName: name,
    userDisplayName: name,
    userID: new TextEncoder().encode(userId),
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    attestationType: 'none',
    supportedAlgorithmIDs,
    excludeCredentials: present.map((id) => ({ id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** The passkey that a device made, under a name that its person may change. @throws CodedError `request_invalid`. */
export async function readNewPasskey(
  party: RelyingParty,
  made: { response: RegistrationResponseJSON; challenge: string; userAgent: string | undefined },
): Promise<NewPasskey> {
  const { response, challenge, userAgent } = made
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
    supportedAlgorithmIDs,
  }).catch((error: unknown) => {
    throw notTaken(error)
  })
  if (!verified.verified) throw notTaken()
  const { aaguid, credential, credentialBackedUp: backedUp } = verified.registrationInfo
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: (credential.transports ?? []).slice(0, 10),
    backedUp,
    name: nameOfPasskey({ aaguid, response, userAgent }),
    rpId: party.id,
  }
}

const notTaken = (cause?: unknown) =>
  new CodedError('request_invalid', 'What the device answered is not a passkey for this house.', { cause })
