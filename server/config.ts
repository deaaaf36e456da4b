import { type Environment, readSettings, type Settings, variablesOf } from '../settings/read-settings.ts'
import type { Variable } from '../settings/setting.ts'
import { hubSettings } from './config-settings.ts'

/** The hub's settings, checked once at start (see `main.ts`). Durations are milliseconds. */
export type HubConfig = Omit<Settings<typeof hubSettings>, 'address'>

/**
 * Reads the hub's settings. What ADDR says of host and port goes before HOST and PORT.
 *
 * @throws ConfigError naming every variable that is wrong.
 */
export function readConfig(environment: Environment): HubConfig {
  const { address, ...config } = readSettings(hubSettings, environment)
  return { ...config, ...address, databaseUrl: config.databaseUrl.replace('DATA_DIR', () => config.dataDir) }
}

/** All variables of the hub, for the README and its test. */
export const hubVariables: readonly Variable[] = variablesOf(hubSettings)
