import { BlockList, isIP } from 'node:net'
import { Type } from 'typebox'
import type { ReadText } from '../../settings/read-text.ts'
import { splitAtCommas } from '../../settings/read-text.ts'
import { settingsOf } from '../../settings/setting.ts'

const readRanges: ReadText = (text) => {
  const ranges = splitAtCommas(text)
  return ranges.every((range) => rangeOf(range) !== undefined) ? ranges : undefined
}

/** Addresses and networks, as they were written. */
export const addressRanges = settingsOf({
  schema: Type.Array(Type.String(), { maxItems: 100 }),
  read: readRanges,
  takes: 'addresses or networks such as 10.0.0.7 or 10.0.0.0/8, with commas between them',
  absent: [],
})

/** Whether a peer is one of the trusted proxies: by its own address, never by what it says. */
export function createProxyTrust(ranges: readonly string[]): (address: string | undefined) => boolean {
  const trusted = new BlockList()
  for (const { address, bits, family } of ranges.flatMap((range) => rangeOf(range) ?? []))
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
