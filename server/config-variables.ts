import { maxMessageLength } from '../bus/contract/limits.ts'
import type { HubConfig } from './config.ts'

/** One environment variable, as the README's table shows it. */
export interface Variable {
  readonly name: string
  readonly aliases: readonly string[]
  /** What holds when it is not set, as it would be written. */
  readonly default: string
  readonly meaning: string
}

export interface HubVariable extends Variable {
  readonly key: keyof HubConfig
  /** What it takes, for the error that refuses something else. */
  readonly takes: string
  /** Written in another unit or form than it is kept in. */
  readonly scale?: number
  /** May hold a password, so an error does not repeat it. */
  readonly secret?: boolean
}

/** Each setting's variable, in the order of the README. */
export const variables: readonly HubVariable[] = [
  variable('host', 'HOST', '127.0.0.1', 'an address', 'The address the hub listens on.'),
  variable(
    'port',
    'PORT',
    '3000',
    'a whole number from 0 to 65535',
    'The port the hub listens on; 0 takes a free one.',
  ),
  variable('dataDir', 'DATA_DIR', 'data', 'a folder', 'Where the hub keeps its files.'),
  {
    ...variable(
      'databaseUrl',
      'DATABASE_URL',
      'sqlite:DATA_DIR/companions.db',
      'sqlite:PATH or postgres://…',
      'The store.',
    ),
    secret: true,
  },
  {
    ...variable('natsUrl', 'NATS_URL', 'nats://127.0.0.1:4222', 'nats://… or tls://…', 'The bus.'),
    secret: true,
  },
  variable(
    'natsReplicas',
    'NATS_REPLICAS',
    '1',
    '1 or 3',
    'Copies of each stream: 1 on a single server, 3 on a cluster.',
  ),
  variable(
    'logLevel',
    'LOG_LEVEL',
    'info',
    'trace, debug, info, warn, error or fatal',
    'The least important thing that is logged.',
  ),
  variable('logFormat', 'LOG_FORMAT', 'json', 'json or pretty', 'How log lines are written.'),
  variable(
    'publicUrl',
    'PUBLIC_URL',
    '',
    'an origin such as https://chat.example.org',
    'Where people find the house when it stands behind a proxy. With https, cookies are Secure; guests are off.',
  ),
  variable(
    'allowedOrigins',
    'ALLOWED_ORIGINS',
    '',
    'origins, with commas between',
    'Further origins whose pages may connect.',
  ),
  variable(
    'maxMessageLength',
    'MAX_MESSAGE_LENGTH',
    String(maxMessageLength),
    'a whole number from 1 to 86016',
    'Longest message a person may send, in UTF-16 code units.',
  ),
  variable(
    'maxConnections',
    'MAX_CONNECTIONS',
    '10000',
    'a whole number from 1 to 1000000',
    'Most browser sockets one hub holds.',
  ),
  variable(
    'maxConnectionsPerUser',
    'MAX_CONNECTIONS_PER_USER',
    '32',
    'a whole number from 1 to 1000',
    'Most sockets of one person on one hub.',
  ),
  {
    ...variable(
      'drainGraceMs',
      'DRAIN_GRACE',
      '10',
      'seconds, from 0 to 600',
      'How long a stopping hub lets work under way finish, in seconds.',
    ),
    scale: 1000,
  },
]

function variable(
  key: keyof HubConfig,
  name: string,
  fallback: string,
  takes: string,
  meaning: string,
): HubVariable {
  return { key, name, aliases: [], default: fallback, takes, meaning }
}
