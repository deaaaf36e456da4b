import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { type Setting, settings, type Variable } from './config-settings.ts'
import { readList } from './config-values.ts'

export type { Variable }

/** The worker's settings, from the environment, checked once at start. Durations are milliseconds. */
export type WorkerConfig = {
  readonly [Name in keyof typeof settings]: Static<(typeof settings)[Name]['schema']>
}

/** A variable that can't be used; the message names it, what it holds and what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads the settings. An empty variable counts as absent; of a variable and its aliases the first one set counts.
 *
 * @throws ConfigError for the first variable that can't be used.
 */
export function readWorkerConfig(environment: Readonly<Record<string, string | undefined>>): WorkerConfig {
  const values = Object.entries(settings).map(([name, setting]) => [name, readSetting(setting, environment)])
  return Object.fromEntries(values)
}

function readSetting(setting: Setting<TSchema>, environment: Readonly<Record<string, string | undefined>>) {
  const used = [setting.name, ...setting.aliases].find((name) => (environment[name] ?? '').trim() !== '')
  const raw = (used === undefined ? setting.default : (environment[used] ?? '')).trim()
  if (raw === '' && setting.default === '') return setting.read === readList ? [] : undefined
  const value = setting.read(raw)
  if (value !== undefined && Value.Check(setting.schema, value)) return value
  const shown = setting.secret ? 'a value that is not shown' : JSON.stringify(raw)
  throw new ConfigError(`${used ?? setting.name} is ${shown}: it takes ${setting.takes}`)
}

/** The worker's variables, for the README and the test that holds it. */
export const workerVariables: readonly Variable[] = Object.values(settings).map(
  ({ name, aliases, default: value, meaning }) => ({ name, aliases, default: value, meaning }),
)
