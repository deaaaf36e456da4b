import { unheardForAdmins } from './accounts/admin-sources.ts'
import { isLoopback } from './accounts/local-request.ts'
import type { HubConfig } from './config.ts'

/** What whoever runs the house should look at, of settings that are right each by itself; one sentence each. */
export function startAdvice(config: HubConfig): string[] {
  const advice: string[] = []
  const isBehindProxy = config.publicUrl.startsWith('https:') || isLoopback(config.host)
  if (config.publicUrl !== '' && isBehindProxy && config.trustedProxies.length === 0)
    advice.push(
      'PUBLIC_URL is set without TRUSTED_PROXIES: everybody seems to come from one address, so they share its limit of attempts to sign in',
    )
  const unheard = unheardForAdmins(config)
  if (unheard.length > 0)
    advice.push(
      `ADMIN_EMAILS counts for addresses from Google, Discord, GitHub and Twitch, and not from ${unheard.join(', ')} unless ADMIN_EMAILS_FROM names it`,
    )
  return advice
}
