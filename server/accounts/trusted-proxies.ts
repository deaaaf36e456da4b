import { BlockList, isIP } from 'node:net'

/** Ranges that `TRUSTED_PROXIES` may call by name. */
const namedRanges: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** Whether a peer is one of the trusted proxies: by its own address, never by what it says. */
export function createProxyTrust(ranges: readonly string[]): (address: string | undefined) => boolean {
  const trusted = new BlockList()
  const written = ranges.flatMap((range) => namedRanges[range] ?? [range])
  for (const { address, bits, family } of written.flatMap((range) => rangeOf(range) ?? []))
    trusted.addSubnet(address, bits, family)
  return (address = '') => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
    return isIP(plain) !== 0 && trusted.check(plain, familyOf(plain))
  }
}

function rangeOf(text: string) {
  const [, address = '', given] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  if (isIP(address) === 0) return undefined
  const family = familyOf(address)
  const most = family === 'ipv4' ? 32 : 128
  const bits = given === undefined ? most : Number(given)
  return bits <= most ? { address, bits, family } : undefined
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
