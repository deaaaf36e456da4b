import type { NamedProvider } from './sign-in-page.ts'

/** How a session began, to go on with after "signed in"; undefined where nothing is known of it. */
export function wayWords(way: string | null, providers: readonly NamedProvider[]): string | undefined {
  if (way === null) return undefined
  const provider = providers.find(({ slug }) => slug === way)
  return provider ? `with ${provider.name}` : ownWays[way]
}

const ownWays: Readonly<Record<string, string>> = {
  passkey: 'with a passkey',
  recovery_code: 'with a recovery code',
  owner_link: 'with the owner link',
  proxy: 'through the proxy',
}
