import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { buildEndSessionUrl, type Configuration } from 'openid-client'
import { publicKeyAlgorithms } from './algorithms.ts'
import type { LogoutNotice, ProviderLogout } from './provider.ts'
import { answerTimeoutSeconds } from './provider-fetch.ts'
import { asSignInFault, SignInFault } from './sign-in-fault.ts'
import { requireType } from './token-type.ts'

/** A logout token is taken for this long after it was made, in seconds, and its id kept for as long. */
const logoutTokenAgeSeconds = 300

const clockToleranceSeconds = 30

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** RP-initiated and back-channel logout with the provider that `configure` finds. */
export function createOidcLogout(configure: () => Promise<Configuration>, clientId: string): ProviderLogout {
  const keysOf = rememberKeys()
  return {
    endSessionUrl: async ({ idToken, returnTo }) => {
      const configuration = await configure()
      if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined
      return buildEndSessionUrl(configuration, { id_token_hint: idToken, post_logout_redirect_uri: returnTo })
    },
    readLogoutToken: async (token) => {
      try {
        const { issuer, jwks_uri } = (await configure()).serverMetadata()
        if (jwks_uri === undefined) throw new SignInFault('misconfigured', 'The provider names no keys')
        const { payload, protectedHeader } = await jwtVerify(token, keysOf(jwks_uri), {
          issuer,
          audience: clientId,
          algorithms: publicKeyAlgorithms,
          maxTokenAge: logoutTokenAgeSeconds,
          clockTolerance: clockToleranceSeconds,
          requiredClaims: ['iat', 'jti', 'events'],
        })
        requireType(protectedHeader, ['jwt', 'logout+jwt'])
        return noticeOf(payload, issuer)
      } catch (error) {
        throw asSignInFault(error)
      }
    },
  }
}

/** The token is taken until `iat` plus its age and the tolerance, so that is how long its id must be remembered. */
function noticeOf(payload: JWTPayload, issuer: string): LogoutNotice {
  const { sub, sid, jti, iat = 0, events } = payload
  const hasEvent = typeof events === 'object' && events !== null && isObject(Reflect.get(events, logoutEvent))
  if (!hasEvent || 'nonce' in payload) throw new SignInFault('mixed_up', 'This is no logout token')
  if (sub === undefined && typeof sid !== 'string')
    throw new SignInFault('mixed_up', 'The logout token names nobody')
  return {
    issuer,
    ...(sub !== undefined && { subject: sub }),
    ...(typeof sid === 'string' && { sid }),
    tokenId: jti ?? '',
    expiresAt: (iat + logoutTokenAgeSeconds + clockToleranceSeconds) * 1000,
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

/** One set for each address: it keeps keys for ten minutes, and asks for an unknown one at most every 30 seconds. */
function rememberKeys(): (address: string) => JWTVerifyGetKey {
  let known: { readonly address: string; readonly keys: JWTVerifyGetKey } | undefined
  return (address) => {
    if (known?.address !== address) {
      const timeoutDuration = answerTimeoutSeconds * 1000
      known = { address, keys: createRemoteJWKSet(new URL(address), { timeoutDuration }) }
    }
    return known.keys
  }
}
