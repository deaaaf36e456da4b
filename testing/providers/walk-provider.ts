import { randomBytes } from 'node:crypto'
import type { FlowSecrets, Provider } from '../../server/accounts/providers/provider.ts'
import type { ProvenIdentity } from '../../server/accounts/sign-in.ts'
import { Visitor } from './visitor.ts'

/** Where the emulators send people back to in tests without a hub; nothing listens there. */
export const testRedirectUri = 'http://house.test/sign-in/provider/callback'

export function newSecrets(): FlowSecrets {
  const secret = () => randomBytes(32).toString('base64url')
  return { redirectUri: testRedirectUri, state: secret(), nonce: secret(), verifier: secret() }
}

/** Goes to the provider as a browser would. @returns the address it came back with. */
export async function walkTo(provider: Provider, secrets: FlowSecrets): Promise<URL> {
  const { origin } = new URL(secrets.redirectUri)
  const back = await new Visitor().follow(
    await provider.authorizationUrl(secrets),
    (url) => url.origin === origin,
  )
  return back.url
}

/** There and back again. */
export async function proveAt(provider: Provider, secrets = newSecrets()): Promise<ProvenIdentity> {
  return provider.redeem(await walkTo(provider, secrets), secrets)
}
