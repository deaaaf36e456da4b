import { createRemoteJWKSet, jwtVerify } from 'jose'
import { proxySource } from '../group-sources.ts'
import { publicKeyAlgorithms } from '../providers/algorithms.ts'
import { identityOf } from '../providers/claims.ts'
import { answerTimeoutSeconds } from '../providers/provider-fetch.ts'
import { requireType } from '../providers/token-type.ts'
import type { ProvenIdentity } from '../sign-in.ts'

/** What a proxy's tokens are held against. */
export interface ProxyTokenRules {
  readonly issuer: string
  readonly audience: string
  /** The address of its public keys, or a secret it shares with the house: which one decides what may sign. */
  readonly key: { readonly url: string } | { readonly secret: string }
}

const clockToleranceSeconds = 30

/**
 * Verifies tokens of a proxy: signature, issuer, audience, time, and that there is a subject.
 *
 * Keys sign with public-key algorithms only and a secret with HS256 only, so that nobody can present a public key as a
 * secret (RFC 8725, section 3.1).
 *
 * @returns a function that rejects for a token that is not right.
 */
export function createProxyTokenReader({
  issuer,
  audience,
  key,
}: ProxyTokenRules): (token: string) => Promise<ProvenIdentity> {
  const checks = {
    issuer,
    audience,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp', 'sub'],
    algorithms: 'url' in key ? publicKeyAlgorithms : ['HS256'],
  }
  const verify = 'url' in key ? verifyByKeys(key.url, checks) : verifyBySecret(key.secret, checks)
  return async (token) => {
    const { payload, protectedHeader } = await verify(token)
    requireType(protectedHeader, ['jwt'])
    const { sub = '', ...claims } = payload
    if (sub === '') throw new Error('The token names nobody')
    const { sid: _, ...identity } = identityOf({ ...claims, sub }, issuer, undefined)
    return { ...identity, source: proxySource }
  }
}

type Checks = NonNullable<Parameters<typeof jwtVerify>[2]>

function verifyByKeys(url: string, checks: Checks) {
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: answerTimeoutSeconds * 1000 })
  return (token: string) => jwtVerify(token, keys, checks)
}

function verifyBySecret(secret: string, checks: Checks) {
  const key = new TextEncoder().encode(secret)
  return (token: string) => jwtVerify(token, key, checks)
}
