import { isIPv4, isIPv6 } from 'node:net'

/**
 * What an address is counted by. Whoever has one IPv6 address has all of its /64 (RFC 6177), so they count together;
 * IPv4 within IPv6 counts as what it is. What a proxy passed on that is no address counts as one, whatever it says: else
 * everybody could have as many as they like.
 */
export function addressKey(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase()
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1]
  if (mapped !== undefined && isIPv4(mapped)) return mapped
  if (isIPv6(bare)) return `${prefixOf(bare)}::/64`
  return isIPv4(bare) ? bare : 'no address'
}

function prefixOf(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  const whole = [...groups, ...Array<string>(Math.max(0, missing)).fill('0')]
  return [...whole, '0', '0', '0', '0']
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
