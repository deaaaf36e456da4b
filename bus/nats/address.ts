import type { ConnectionOptions } from 'nats'

/**
 * Reads `NATS_URL`: one or more addresses parted by commas, `nats://` or `tls://`, with the token or the user and
 * password before an `@`. The client itself ignores credentials in an address.
 *
 * @throws TypeError that never shows the credentials.
 */
export function readAddress(
  url: string,
): Pick<ConnectionOptions, 'servers' | 'token' | 'user' | 'pass' | 'tls'> {
  const addresses = url.split(',').map((part) => parse(part.trim()))
  const withCredentials = addresses.find((address) => address.username !== '')
  return {
    servers: addresses.map((address) => `${address.hostname}:${address.port || '4222'}`),
    ...credentials(withCredentials),
    ...(addresses.some((address) => address.protocol === 'tls:') ? { tls: {} } : {}),
  }
}

function parse(part: string): URL {
  const address = URL.parse(part.includes('://') ? part : `nats://${part}`)
  const known = address?.protocol === 'nats:' || address?.protocol === 'tls:'
  if (address === null || !known || address.hostname === '')
    throw new TypeError('The address of the bus must look like nats://host:4222')
  return address
}

function credentials(address: URL | undefined): Pick<ConnectionOptions, 'token' | 'user' | 'pass'> {
  if (address === undefined) return {}
  const user = decodeURIComponent(address.username)
  return address.password === '' ? { token: user } : { user, pass: decodeURIComponent(address.password) }
}
