import { createHash, randomBytes } from 'node:crypto'
import type { ProviderPerson } from './emulator.ts'

/** What a code was given for. */
export interface CodeGrant {
  readonly person: ProviderPerson
  readonly redirectUri: string
  readonly scopes: readonly string[]
  /** The PKCE challenge (S256); null where none was sent, or the provider knows no PKCE. */
  readonly challenge: string | null
  readonly nonce: string | null
  /** The `claims` parameter as it was sent. */
  readonly claims: string | null
}

/** Codes that a provider gave out. Each works once, for the address it was given to and the verifier's holder. */
export class AuthorizationCodes {
  readonly #open = new Map<string, CodeGrant>()

  issue(grant: CodeGrant): string {
    const code = randomBytes(20).toString('hex')
    this.#open.set(code, grant)
    return code
  }

  /** Uses a code up, whatever comes of it. @returns its grant, or what a real provider objects to. */
  redeem(form: URLSearchParams): CodeGrant | 'bad_code' | 'bad_redirect_uri' | 'bad_verifier' {
    const code = form.get('code') ?? ''
    const grant = this.#open.get(code)
    this.#open.delete(code)
    if (grant === undefined || form.get('grant_type') !== 'authorization_code') return 'bad_code'
    if (form.get('redirect_uri') !== grant.redirectUri) return 'bad_redirect_uri'
    return isVerified(grant.challenge, form.get('code_verifier')) ? grant : 'bad_verifier'
  }
}

/** RFC 7636, section 4.6; a verifier without a challenge is refused too (RFC 9700, section 4.8.2). */
function isVerified(challenge: string | null, verifier: string | null): boolean {
  if (challenge === null || verifier === null) return challenge === verifier
  return createHash('sha256').update(verifier).digest('base64url') === challenge
}
