import { errors } from 'jose'
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'

/**
 * Why a sign-in came to nothing:
 * - `denied`: the person said no at the provider.
 * - `away`: the provider can't be reached, or is in trouble.
 * - `expired`: too late, used twice, or begun in another browser.
 * - `mixed_up`: what came back doesn't belong to what was begun, or isn't signed as it must be.
 * - `misconfigured`: the provider doesn't take our credentials or our request.
 * - `not_fresh`: somebody was to show that it is them at this moment, and what came back does not show that.
 */
export type SignInFaultKind = 'denied' | 'away' | 'expired' | 'mixed_up' | 'misconfigured' | 'not_fresh'

export class SignInFault extends Error {
  readonly kind: SignInFaultKind
  override readonly name = 'SignInFault'

  constructor(kind: SignInFaultKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** Says of any error of a flow what it means for the person. */
export function asSignInFault(error: unknown): SignInFault {
  if (error instanceof SignInFault) return error
  const kind = kindOf(error)
  const words = error instanceof Error ? error.message : 'An unknown error'
  return new SignInFault(kind, words, { cause: error })
}

function kindOf(error: unknown): SignInFaultKind {
  if (error instanceof AuthorizationResponseError) return kindOfAnswer(error.error)
  if (error instanceof ResponseBodyError)
    return error.error === 'invalid_grant' ? 'expired' : kindOfStatus(error.status)
  if (error instanceof WWWAuthenticateChallengeError) return kindOfStatus(error.status)
  if (error instanceof ClientError) return kindOfClientError(error)
  if (error instanceof errors.JWKSTimeout) return 'away'
  return isNetworkError(error) ? 'away' : 'mixed_up'
}

/** RFC 6749, section 4.1.2.1. */
function kindOfAnswer(code: string): SignInFaultKind {
  if (code === 'access_denied') return 'denied'
  return code === 'server_error' || code === 'temporarily_unavailable' ? 'away' : 'misconfigured'
}

const kindOfStatus = (status: number): SignInFaultKind =>
  status >= 500 || status === 429 ? 'away' : 'misconfigured'

function kindOfClientError({ code, cause }: ClientError): SignInFaultKind {
  if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT') return 'away'
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || code === 'OAUTH_RESPONSE_IS_NOT_JSON')
    return cause instanceof Response ? kindOfStatus(cause.status) : 'away'
  return isNetworkError(cause) ? 'away' : 'mixed_up'
}

/** What `fetch` rejects with when nothing answers, and what a time that has run out looks like. */
const isNetworkError = (error: unknown): boolean =>
  (error instanceof TypeError && error.message === 'fetch failed') ||
  (error instanceof DOMException && ['TimeoutError', 'AbortError'].includes(error.name))
