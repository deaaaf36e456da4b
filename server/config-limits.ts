import { isIP } from 'node:net'
import { Type } from 'typebox'
import { whole } from '../settings/kinds.ts'
import { type ReadText, splitAtCommas } from '../settings/read-text.ts'
import { settingsOf } from '../settings/setting.ts'
import { type Role, roles } from './store/accounts.ts'

/** A number for each role; what 0 means is said with each. */
export type PerRole = Readonly<Record<Role, number>>

/** `60,premium=120,admin=0`: the bare number is everybody's but theirs who are named. */
const readPerRole: ReadText = (text) => {
  const parts = splitAtCommas(text).map((part) => /^(?:(\w+)=)?(\d{1,12})$/.exec(part))
  const bare = parts.find((part) => part !== null && part[1] === undefined)?.[2]
  if (bare === undefined || parts.includes(null)) return undefined
  const named = parts.flatMap((part) =>
    part?.[1] === undefined ? [] : [[part[1], Number(part[2])] as const],
  )
  if (named.length !== parts.length - 1 || !named.every(([name]) => roles.some((role) => role === name)))
    return undefined
  return { ...Object.fromEntries(roles.map((role) => [role, Number(bare)])), ...Object.fromEntries(named) }
}

const perRole = (minimum: number, maximum: number) =>
  settingsOf({
    schema: Type.Unsafe<PerRole>(
      Type.Object(Object.fromEntries(roles.map((role) => [role, Type.Integer({ minimum, maximum })]))),
    ),
    read: readPerRole,
    takes: `a whole number from ${minimum.toLocaleString('en')} to ${maximum.toLocaleString('en')}, and others for roles, as in 60,premium=120,admin=200`,
  })

/** Addresses, or ranges of them, or the names of ranges that everybody knows. */
const readProxies: ReadText = (text) => {
  const proxies = splitAtCommas(text)
  return proxies.every(isAddressRange) ? proxies : undefined
}

const isAddressRange = (text: string): boolean => {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', prefix, more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more !== undefined) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128))
}

const proxies = settingsOf({
  schema: Type.Array(Type.String(), { maxItems: 100 }),
  read: readProxies,
  takes:
    'addresses or ranges such as 10.0.0.0/8, or loopback, linklocal, uniquelocal, with commas between them',
  absent: [],
})

/** How much one may do, and whose word for an address counts. */
export const limitSettings = {
  messagesPerMinute: perRole(0, 10_000)('MESSAGES_PER_MINUTE', {
    default: '60,premium=120,admin=0',
    meaning:
      'Messages a person may send in a minute of the clock, by role; 0 is no limit. Around the turn of a minute twice as many may pass.',
  }),
  tokensPerDay: perRole(0, 1_000_000_000_000)('TOKENS_PER_DAY', {
    default: '0',
    meaning:
      'Tokens, of prompts and answers, after which a person waits for the next day (UTC), by role; 0 is no limit.',
  }),
  uploadMibPerDay: perRole(0, 1_000_000)('UPLOADS_PER_DAY', {
    default: '64',
    meaning:
      'MiB that a person may upload in a day (UTC), by role; 0 is no limit. One file has at most 16 MiB.',
  }),
  concurrentReplies: perRole(1, 32)('CONCURRENT_REPLIES', {
    default: '4',
    meaning: 'Replies that are written for one person at once, by role. More messages are accepted and wait.',
  }),
  concurrentCalls: perRole(0, 32)('CONCURRENT_CALLS', {
    default: '1',
    meaning: 'Calls that one person may be in at once, by role; 0 is no calls for that role.',
  }),
  attemptsPerMinute: whole(1, 10_000)('SIGN_IN_ATTEMPTS', {
    default: '30',
    meaning:
      'Attempts to get in that one address may make in a minute of the clock. An IPv6 address counts by its /64.',
  }),
  trustedProxies: proxies('TRUSTED_PROXIES', {
    meaning:
      'Proxies whose X-Forwarded-For is believed, as addresses or ranges with commas between them. Without it the address of the connection counts, which behind a proxy is the proxy’s.',
  }),
}
