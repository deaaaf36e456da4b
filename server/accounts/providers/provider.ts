import type { ProvenIdentity } from '../sign-in.ts'

/** A way to sign in with an account somewhere else. */
export interface Provider {
  /** Its part of an address: `/sign-in/{slug}`. */
  readonly slug: string
  /** For people. */
  readonly name: string
  /** As identities name it. */
  readonly issuer: string
  /**
   * Whether its word says when somebody last proved there who they are (`auth_time`), so that an old proof is told from
   * a new one.
   */
  readonly tellsSignIn: boolean
  /**
   * The address that asks the person, or asks them again where they are to show that it is them at this moment.
   *
   * @throws SignInFault `away`
   */
  authorizationUrl(secrets: FlowSecrets, isAgain?: boolean): Promise<URL>
  /**
   * Turns what the browser brought back into who it is: `answer` is the redirect URI with the provider's parameters.
   *
   * @throws SignInFault
   */
  redeem(answer: URL, secrets: FlowSecrets): Promise<ProvenIdentity>
  /** What an OpenID provider can do about the end of a session; absent where there is nothing of the kind. */
  readonly logout?: ProviderLogout
}

/** What one sign-in is tied together by. All but the redirect URI are random, and used once. */
export interface FlowSecrets {
  readonly redirectUri: string
  readonly state: string
  /** Comes back inside the id_token, where there is one. */
  readonly nonce: string
  /** PKCE's (RFC 7636), where the provider takes it. */
  readonly verifier: string
}

export interface ProviderLogout {
  /** Where a browser signs out at the provider too; undefined where the provider has no such page. */
  endSessionUrl(signedOut: { idToken: string; returnTo: string }): Promise<URL | undefined>
  /** Verifies a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6). @throws SignInFault */
  readLogoutToken(token: string): Promise<LogoutNotice>
}

/** Whose sessions a provider has ended: one of its own, by `sid`, or all of a subject. */
export interface LogoutNotice {
  readonly issuer: string
  readonly subject?: string
  readonly sid?: string
  readonly tokenId: string
  /** Unix milliseconds; the token is refused from then on. */
  readonly expiresAt: number
}
