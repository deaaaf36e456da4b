import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'

/** A provider's signing key. */
export interface SigningKey {
  /** The public half, as a key set. */
  readonly jwks: { readonly keys: readonly object[] }
  /** Signs claims as they are, RS256. */
  sign(claims: JWTPayload, typ?: string): Promise<string>
}

export async function createSigningKey(keyId = 'key-1'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: keyId, alg: 'RS256', use: 'sig' }
  return {
    jwks: { keys: [jwk] },
    sign: (claims, typ = 'JWT') =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: keyId, typ }).sign(privateKey),
  }
}

/** `iat` of now and `exp` an hour later, in seconds. */
export function timesOfNow(): { iat: number; exp: number } {
  const iat = Math.floor(Date.now() / 1000)
  return { iat, exp: iat + 3_600 }
}

/** A new private key as a key set, for a provider that does its own signing. */
export async function createPrivateKeys(): Promise<{ keys: JWK[] }> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { keys: [{ ...(await exportJWK(privateKey)), kid: 'key-1', alg: 'RS256', use: 'sig' }] }
}
