import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import type { SignInFault } from './sign-in-fault.ts'

/** What a provider answered where it refused, as fields of a log. */
export interface ProviderAnswer {
  /** The error code of OAuth (RFC 6749, sections 4.1.2.1 and 5.2), such as `invalid_client`. */
  readonly answer?: string
  readonly status?: number
}

/**
 * What stands behind a fault. Of the answer only its code is told, which is one word of a list: a description may name a
 * person, and whatever else is sent as a code may be anything.
 */
export function answerOf({ cause }: SignInFault): ProviderAnswer {
  if (cause instanceof AuthorizationResponseError) return { answer: asCode(cause.error) }
  if (cause instanceof ResponseBodyError) return { answer: asCode(cause.error), status: cause.status }
  if (cause instanceof WWWAuthenticateChallengeError) return answerOfChallenge(cause)
  if (cause instanceof ClientError && cause.cause instanceof Response) return { status: cause.cause.status }
  return {}
}

/** RFC 6750, section 3: a challenge may say what is wrong. */
function answerOfChallenge({ cause, status }: WWWAuthenticateChallengeError): ProviderAnswer {
  const code = cause[0]?.parameters.error
  return { ...(code !== undefined && { answer: asCode(code) }), status }
}

/** No token has this form, and no address: letters alone, and not many. */
const codePattern = /^[a-z]+(?:_[a-z]+)*$/i
const maxCodeLength = 48

const asCode = (text: string): string =>
  text.length <= maxCodeLength && codePattern.test(text) ? text : 'unreadable'
