import type { IncomingHttpHeaders } from 'node:http'

/** What of a request tells where it came from. */
export interface RequestOrigin {
  readonly remoteAddress: string | undefined
  readonly httpVersion: string
  readonly headers: IncomingHttpHeaders
}

/**
 * Whether a browser on this very machine asks, with nothing in between: a loopback peer, no header that a proxy or a
 * tunnel adds, and a name that always means this machine (after DNS rebinding the browser still sends the attacker's).
 *
 * nginx that is told nothing but `proxy_pass http://localhost:3000` adds no header at all. It speaks HTTP/1.0, since
 * 1.29.7 HTTP/1.1, and never passes on what a browser says of its connection: every browser wants it kept, nginx says
 * `close`, `upgrade` or nothing. What forwards bytes unread (`ssh -R`, socat) looks like a browser here: for that house
 * there is GUESTS.
 */
export function isLocalRequest({ remoteAddress, httpVersion, headers }: RequestOrigin): boolean {
  return (
    isLoopback(remoteAddress ?? '') &&
    httpVersion !== '1.0' &&
    headers.connection?.toLowerCase() === 'keep-alive' &&
    localHost.test(headers.host ?? '') &&
    !Object.keys(headers).some(isForwarding)
  )
}

/** Whether an address names this machine's loopback interface, also as IPv4 within IPv6. */
export const isLoopback = (address: string): boolean =>
  address === 'localhost' || address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address)

const localHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i

const isForwarding = (name: string) =>
  forwardingHeaders.has(name) || forwardingPrefixes.some((prefix) => name.startsWith(prefix))

const forwardingHeaders = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-remote-ip',
  'x-proxyuser-ip',
  'true-client-ip',
  'cdn-loop',
  'proxy-connection',
  'remote-addr',
  'max-forwards',
])

const forwardingPrefixes = [
  'x-forwarded',
  'x-original-',
  'x-envoy-',
  'x-amzn-',
  'x-appengine-',
  'x-azure-',
  'x-ms-',
  'x-cloud-trace',
  'x-vercel-',
  'x-ngrok-',
  'ngrok-',
  'cf-',
  'fly-',
  'fastly-',
  'tailscale-',
  'akamai-',
]
