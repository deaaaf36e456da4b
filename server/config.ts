import {
  ConfigError,
  type Environment,
  readSettings,
  type Settings,
  variablesOf,
} from '../settings/read-settings.ts'
import type { Variable } from '../settings/setting.ts'
import { checkProviderSettings } from './accounts/providers/check-settings.ts'
import { type IssuerSettings, issuerVariables, readIssuers } from './accounts/providers/read-issuers.ts'
import { hubSettings } from './config-settings.ts'

/** The hub's settings, checked once at start (see `main.ts`). Durations are milliseconds. */
export interface HubConfig extends Settings<typeof hubSettings> {
  /** What belongs to each of `oidcIssuers`. */
  readonly issuers: readonly IssuerSettings[]
  /** Which of these a variable of the environment decides, and not a default. */
  readonly fixed: readonly string[]
}

/**
 * Reads the hub's settings.
 *
 * @throws ConfigError naming every variable that is wrong.
 */
export function readConfig(environment: Environment): HubConfig {
  const read = readSettings(hubSettings, splitAddress(environment))
  const databaseUrl = read.databaseUrl.replace('DATA_DIR', () => read.dataDir)
  const config: HubConfig = {
    ...read,
    databaseUrl,
    issuers: readIssuers(read.oidcIssuers, environment),
    fixed: fixedBy(environment),
  }
  checkProviderSettings(config)
  return config
}

const fixedBy = (environment: Environment): string[] =>
  Object.entries(hubSettings)
    .filter(([, { name, aliases }]) => [name, ...aliases].some((one) => environment[one]?.trim()))
    .map(([name]) => name)

function splitAddress(environment: Environment): Environment {
  const address = environment.ADDR?.trim()
  if (!address) return environment
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]\s]*)):(\d+)$/.exec(address)
  if (!match) throw new ConfigError(`ADDR is "${address}": it takes host:port, for example 0.0.0.0:3000`)
  return { ...environment, HOST: match[1] ?? (match[2] || '0.0.0.0'), PORT: match[3] }
}

/** All variables of the hub, for the README and its test. */
export const hubVariables: readonly Variable[] = [
  {
    name: 'ADDR',
    aliases: [],
    default: '',
    meaning: '`host:port` in one; goes before `HOST` and `PORT`. `:3000` is every address.',
  },
  ...variablesOf(hubSettings),
  ...issuerVariables,
]
