import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { CodedError } from '../../../bus/contract/errors.ts'

const Base64Url = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$' })

const common = {
  id: Base64Url(1_400),
  rawId: Base64Url(1_400),
  type: Type.Literal('public-key'),
  clientExtensionResults: Type.Object({}),
  authenticatorAttachment: Type.Optional(Type.String({ maxLength: 32 })),
}

/** As `PublicKeyCredential.toJSON()` gives it (WebAuthn Level 3, section 5.1.8); what else is in it is not looked at. */
const Registration = Type.Object({
  ...common,
  response: Type.Object({
    clientDataJSON: Base64Url(4_096),
    attestationObject: Base64Url(16_384),
    transports: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 10 })),
  }),
})

const Authentication = Type.Object({
  ...common,
  response: Type.Object({
    clientDataJSON: Base64Url(4_096),
    authenticatorData: Base64Url(4_096),
    signature: Base64Url(8_192),
    userHandle: Type.Optional(Base64Url(128)),
  }),
})

const isRegistration = Compile(Registration)
const isAuthentication = Compile(Authentication)

/** A new passkey as a browser sends it. @throws CodedError `request_invalid`. */
export function readRegistration(answer: unknown): RegistrationResponseJSON {
  if (!isRegistration.Check(answer)) throw unreadable()
  return answer as RegistrationResponseJSON
}

/** A passkey's answer to a challenge. @throws CodedError `request_invalid`. */
export function readAuthentication(answer: unknown): AuthenticationResponseJSON {
  if (!isAuthentication.Check(answer)) throw unreadable()
  return answer as AuthenticationResponseJSON
}

/** The challenge that an answer says it is for; whether that is true, the signature says. */
export function challengeIn({ response }: { response: { clientDataJSON: string } }): string {
  try {
    const said: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString())
    const challenge = said !== null && typeof said === 'object' && 'challenge' in said && said.challenge
    return typeof challenge === 'string' ? challenge : ''
  } catch {
    throw unreadable()
  }
}

const unreadable = () => new CodedError('request_invalid', 'What the device answered cannot be read.')
