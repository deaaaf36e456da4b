import { Type } from 'typebox'
import { maxFrameBytes, maxMessageLength } from '../bus/contract/limits.ts'
import { choice, duration, optionalWhole, origin, origins, text, whole } from '../settings/kinds.ts'
import { type ReadText, readWhole } from '../settings/read-text.ts'
import { settingsOf } from '../settings/setting.ts'
import { sharedSettings } from '../settings/shared-settings.ts'
import { providerSettings } from './accounts/providers/provider-settings.ts'
import { accountSettings } from './config-accounts.ts'
import { limitSettings } from './config-limits.ts'

/** Schemes are those of `store/open-store.ts`; a bare path is one of SQLite's. */
const readDatabaseUrl: ReadText = (url) => {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'postgres' || scheme === 'postgresql') return URL.canParse(url) ? url : undefined
  return scheme === undefined || (scheme === 'sqlite' && url.length > 'sqlite:'.length) ? url : undefined
}

const databaseUrl = settingsOf({
  schema: Type.String(),
  read: readDatabaseUrl,
  takes: 'sqlite:PATH or postgres://user:password@host/database',
})

const replicas = settingsOf({
  schema: Type.Union([Type.Literal(1), Type.Literal(3)]),
  read: readWhole,
  takes: '1 or 3',
})

/** `host:port`, `[::1]:port`, or `:port` for every address, as other servers take it. */
const readListenAddress: ReadText = (address) => {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]\s]*)):(\d+)$/.exec(address)
  return match ? { host: match[1] ?? (match[2] || '0.0.0.0'), port: Number(match[3]) } : undefined
}

const listenAddress = settingsOf({
  schema: Type.Union([
    Type.Object({ host: Type.String(), port: Type.Integer({ minimum: 0, maximum: 65_535 }) }),
    Type.Undefined(),
  ]),
  read: readListenAddress,
  takes: 'host:port, for example 0.0.0.0:3000',
})

/** Three bytes for each code unit must fit a frame, with its other fields. */
const longestMessage = Math.floor((maxFrameBytes - 4096) / 3)

const longestAwayMs = 400 * 24 * 60 * 60_000

/** Every variable the hub knows. */
export const hubSettings = {
  address: listenAddress('ADDR', {
    meaning: '`host:port` in one; goes before `HOST` and `PORT`. `:3000` is every address.',
  }),
  host: text('an address')('HOST', {
    default: '127.0.0.1',
    meaning: 'The address the hub listens on.',
  }),
  port: whole(0, 65_535)('PORT', {
    default: '3000',
    meaning: 'The port the hub listens on; 0 takes a free one.',
  }),
  listenFd: optionalWhole(3, 1_023)('LISTEN_FD', {
    meaning:
      'A socket that whoever started the hub holds: it listens with that instead of HOST and PORT. `npm start` passes one, so that hubs can be replaced.',
  }),
  publicUrl: origin('PUBLIC_URL', {
    meaning:
      'Where people find the house when it stands behind a proxy. With https, cookies are Secure. No new guests are made.',
  }),
  guests: choice('auto', 'off')('GUESTS', {
    default: 'auto',
    meaning:
      'auto: a browser on this machine is let in as a guest, unless PUBLIC_URL is set. off: no new guests are made, and the owner link is printed; for a house that a tunnel or a forwarded port (ssh -R, socat) leads to.',
  }),
  allowedOrigins: origins('ALLOWED_ORIGINS', {
    meaning:
      'Further origins whose pages may connect, with commas between them: of the same site, such as another port or subdomain, since browsers keep the session cookie (SameSite=Lax) from the pages of others.',
  }),
  dataDir: text('a folder')('DATA_DIR', {
    default: 'data',
    meaning: 'Where everything that lasts is kept.',
  }),
  databaseUrl: databaseUrl('DATABASE_URL', {
    default: 'sqlite:DATA_DIR/companions.db',
    meaning:
      'The store: sqlite:PATH, or postgres://user:password@host/database with a database that exists (`createdb` makes one).',
    secret: true,
  }),
  natsReplicas: replicas('NATS_REPLICAS', {
    default: '1',
    meaning: 'Copies of each stream: 1 on a single server, 3 on a cluster.',
  }),
  maxMessageLength: whole(1, longestMessage)('MAX_MESSAGE_LENGTH', {
    default: String(maxMessageLength),
    meaning: 'Longest message a person may send, in UTF-16 code units.',
  }),
  greetAfterMs: duration(0, longestAwayMs)('GREET_AFTER', {
    default: '0',
    meaning:
      'The companion greets whoever signs in, or comes back as a guest, after so long without a word here, in a new conversation; 4h is a good value, 0 is never.',
  }),
  maxConnections: whole(1, 1_000_000)('MAX_CONNECTIONS', {
    default: '10000',
    meaning: 'Most browser sockets one hub holds.',
  }),
  maxConnectionsPerUser: whole(1, 1_000)('MAX_CONNECTIONS_PER_USER', {
    default: '32',
    meaning: 'Most sockets of one person on one hub.',
  }),
  ...accountSettings,
  ...limitSettings,
  ...providerSettings,
  ...sharedSettings,
}
