import { unheardForAdmins } from './accounts/admin-sources.ts'
import { isLoopback } from './accounts/local-request.ts'
import type { HubConfig } from './config.ts'

/** What whoever runs the house should look at, of settings that are right each by itself; one sentence each. */
export function startAdvice(config: HubConfig): string[] {
  const advice: string[] = []
  const url = URL.parse(config.publicUrl)
  const isBehindProxy = url?.protocol === 'https:' || isLoopback(config.host)
  // At an address of this machine alone everybody is here.
  if (url !== null && !isHere(url) && isBehindProxy && config.trustedProxies.length === 0)
    advice.push(
      'PUBLIC_URL is set without TRUSTED_PROXIES: everybody seems to come from one address, so they share its limit of attempts to sign in',
    )
  const open = openOverPlainHttp(config)
  if (open !== undefined) advice.push(open)
  const unheard = unheardForAdmins(config)
  if (unheard.length > 0)
    advice.push(
      `ADMIN_EMAILS counts for addresses from Google, Discord, GitHub and Twitch, and not from ${unheard.join(', ')} unless ADMIN_EMAILS_FROM names it`,
    )
  return advice
}

/** Trying the house out in one's own network must stay easy, so this is said and not refused. */
function openOverPlainHttp({ publicUrl, host }: HubConfig): string | undefined {
  const risk = 'whoever sits on the way can read along and take sessions over: let a proxy speak TLS'
  const url = URL.parse(publicUrl)
  if (url?.protocol === 'http:' && !isHere(url))
    return `PUBLIC_URL is http: ${risk}, and set PUBLIC_URL to https`
  if (url === null && !isLoopback(host))
    return `HOST lets other machines in over plain HTTP: ${risk}, and set PUBLIC_URL, for more than a try in a network of your own`
  return undefined
}

const isHere = ({ hostname }: URL): boolean => isLoopback(hostname.replace(/^\[|\]$/g, ''))
