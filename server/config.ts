import { type Environment, readSettings, type Settings, variablesOf } from '../settings/read-settings.ts'
import type { Variable } from '../settings/setting.ts'
import { checkProviderSettings } from './accounts/providers/check-settings.ts'
import { type IssuerSettings, issuerVariables, readIssuers } from './accounts/providers/read-issuers.ts'
import { hubSettings } from './config-settings.ts'

/** The hub's settings, checked once at start (see `main.ts`). Durations are milliseconds. */
export interface HubConfig extends Omit<Settings<typeof hubSettings>, 'address'> {
  /** What belongs to each of `oidcIssuers`. */
  readonly issuers: readonly IssuerSettings[]
  /** Which of these a variable of the environment decides, and not a default. */
  readonly fixed: readonly string[]
}

/**
 * Reads the hub's settings. What ADDR says of host and port goes before HOST and PORT.
 *
 * @throws ConfigError naming every variable that is wrong.
 */
export function readConfig(environment: Environment): HubConfig {
  const { address, ...read } = readSettings(hubSettings, environment)
  const issuers = readIssuers(read.oidcIssuers, environment)
  const config: HubConfig = {
    ...read,
    ...address,
    databaseUrl: storeUrl(read),
    issuers,
    fixed: fixedBy(environment),
  }
  checkProviderSettings(config)
  return config
}

/**
 * Reads where the store is, and nothing else: whoever only needs that is not kept by another setting that is wrong.
 *
 * @throws ConfigError naming what is wrong of the two variables.
 */
export function readStoreUrl(environment: Environment): string {
  const { dataDir, databaseUrl } = hubSettings
  return storeUrl(readSettings({ dataDir, databaseUrl }, environment))
}

const storeUrl = ({ dataDir, databaseUrl }: Pick<HubConfig, 'dataDir' | 'databaseUrl'>): string =>
  databaseUrl.replace('DATA_DIR', () => dataDir)

const fixedBy = (environment: Environment): string[] =>
  Object.entries(hubSettings)
    .filter(([, { name, aliases }]) => [name, ...aliases].some((one) => environment[one]?.trim()))
    .map(([name]) => name)

/** All variables of the hub, for the README and its test. */
export const hubVariables: readonly Variable[] = [...variablesOf(hubSettings), ...issuerVariables]
