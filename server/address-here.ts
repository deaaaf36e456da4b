const anyOrLoopback = ['127.0.0.1', '::1', '0.0.0.0', '::', 'localhost']

/**
 * The host, as URLs write it, under which a browser on this machine opens what listens on `host`: `localhost` wherever
 * that reaches it, since no passkey can be made at a bare IP address.
 */
export function addressHere(host: string): string {
  if (anyOrLoopback.includes(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
