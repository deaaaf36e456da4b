import { type Environment, readSettings, type Settings, variablesOf } from '../settings/read-settings.ts'
import { workerSettings } from './config-settings.ts'

/** The worker's settings, checked once at start (see `main.ts`). Durations are milliseconds. */
export type WorkerConfig = Settings<typeof workerSettings>

/**
 * Reads the worker's settings.
 *
 * @throws ConfigError naming every variable that is wrong.
 */
export const readWorkerConfig = (environment: Environment): WorkerConfig =>
  readSettings(workerSettings, environment)

/** All variables of the worker, for the README and its test. */
export const workerVariables = variablesOf(workerSettings)
