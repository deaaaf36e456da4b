import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { maxFrameBytes } from '../bus/contract/limits.ts'
import { type HubVariable, type Variable, variables } from './config-variables.ts'

/** The hub's settings, checked once at start (see `main.ts`). */
export const HubConfig = Type.Object({
  host: Type.String({ minLength: 1 }),
  port: Type.Integer({ minimum: 0, maximum: 65_535 }),
  dataDir: Type.String({ minLength: 1 }),
  databaseUrl: Type.String({ minLength: 1 }),
  natsUrl: Type.String({ pattern: '^(nats|tls|ws|wss)://[^\\s]+$' }),
  natsReplicas: Type.Union([Type.Literal(1), Type.Literal(3)]),
  logLevel: Type.Union(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => Type.Literal(level)),
  ),
  logFormat: Type.Union([Type.Literal('json'), Type.Literal('pretty')]),
  /** Where people find the house, as an origin; empty: at `host` and `port`. */
  publicUrl: Type.String({ pattern: '^(https?://[^/\\s]+)?$' }),
  /** Further origins whose pages may connect. */
  allowedOrigins: Type.Array(Type.String({ pattern: '^https?://[^/\\s]+$' }), { maxItems: 100 }),
  /** Longest message, in UTF-16 code units; three bytes each must fit a frame. */
  maxMessageLength: Type.Integer({ minimum: 1, maximum: Math.floor((maxFrameBytes - 4096) / 3) }),
  maxConnections: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  maxConnectionsPerUser: Type.Integer({ minimum: 1, maximum: 1_000 }),
  /** How long a stopping hub lets work under way finish, in milliseconds. */
  drainGraceMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
})
export type HubConfig = Type.Static<typeof HubConfig>

/** All variables of the hub, `ADDR` included, for the README and its test. */
export const hubVariables: readonly Variable[] = [
  { name: 'ADDR', aliases: [], default: '', meaning: '`host:port` in one; goes before `HOST` and `PORT`.' },
  ...variables.map(({ name, aliases, default: fallback, meaning }) => ({
    name,
    aliases,
    default: fallback,
    meaning,
  })),
]

/** A setting that cannot be used. The message names each variable, its value and what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads the hub's settings.
 *
 * @throws ConfigError naming every variable that is wrong.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): HubConfig {
  const given = splitAddress(environment)
  const flaws: string[] = []
  const values: Record<string, unknown> = {}
  for (const one of variables) {
    const text = given[one.name]?.trim() || one.default
    const value = parse(HubConfig.properties[one.key], text, one.scale)
    values[one.key] = value
    if (!Value.Check(HubConfig.properties[one.key], value)) flaws.push(flawOf(one, text))
  }
  if (flaws.length > 0) throw new ConfigError(flaws.join('\n'))
  const config = Value.Parse(HubConfig, values)
  return { ...config, databaseUrl: config.databaseUrl.replace('DATA_DIR', config.dataDir) }
}

function splitAddress(environment: Readonly<Record<string, string | undefined>>) {
  const address = environment.ADDR?.trim()
  if (!address) return environment
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]\s]*)):(\d+)$/.exec(address)
  if (!match) throw new ConfigError(`ADDR is "${address}", but takes host:port, for example 0.0.0.0:3000`)
  return { ...environment, HOST: match[1] ?? (match[2] || '0.0.0.0'), PORT: match[3] }
}

function parse(schema: TSchema, text: string, scale = 1): unknown {
  if (Type.IsInteger(schema)) return /^\d+(\.\d+)?$/.test(text) ? Number(text) * scale : text
  if (Type.IsArray(schema)) return text === '' ? [] : text.split(',').map((part) => trimOrigin(part))
  if (schema === HubConfig.properties.natsReplicas) return Number(text)
  return schema === HubConfig.properties.publicUrl ? trimOrigin(text) : text
}

/** People write an origin with a slash at its end. */
const trimOrigin = (text: string) => text.trim().replace(/\/$/, '')

const flawOf = ({ name, takes, secret }: HubVariable, text: string) =>
  `${name} is ${secret ? 'set to something else' : `"${text}"`}, but takes ${takes}`
