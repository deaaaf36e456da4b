import {
  type AuthorizationCodeGrantChecks,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
} from 'openid-client'
import type { FlowSecrets } from './provider.ts'

/** What of the protections a provider knows. `state` is always used, and `iss` checked where the provider sends it. */
export interface Protections {
  readonly pkce: boolean
  readonly nonce: boolean
}

/** Where the browser is sent; `more` are the scope and what else a provider wants. */
export async function authorizationUrlOf(
  configuration: Configuration,
  { redirectUri, state, nonce, verifier }: FlowSecrets,
  protections: Protections,
  more: Readonly<Record<string, string>>,
): Promise<URL> {
  return buildAuthorizationUrl(configuration, {
    response_type: 'code',
    redirect_uri: redirectUri,
    state,
    ...(protections.nonce && { nonce }),
    ...(protections.pkce && {
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
    ...more,
  })
}

/** Checks what came back and exchanges the code. */
export function redeemCode(
  configuration: Configuration,
  answer: URL,
  { state, nonce, verifier }: FlowSecrets,
  protections: Protections,
) {
  const checks: AuthorizationCodeGrantChecks = {
    expectedState: state,
    ...(protections.nonce && { expectedNonce: nonce, idTokenExpected: true }),
    ...(protections.pkce && { pkceCodeVerifier: verifier }),
  }
  return authorizationCodeGrant(configuration, answer, checks)
}
