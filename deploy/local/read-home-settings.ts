import { type HubConfig, readConfig } from '../../server/config.ts'
import { ConfigError, type Environment } from '../../settings/read-settings.ts'
import { readWorkerConfig, type WorkerConfig } from '../../workers/config.ts'

/**
 * Reads the settings of hub and worker before either is started.
 * @throws ConfigError naming every variable of both that can't be used, each once
 */
export function readHomeSettings(environment: Environment): { hub: HubConfig; worker: WorkerConfig } {
  const flaws: string[] = []
  const tried = <Config>(read: (environment: Environment) => Config): Config | undefined => {
    try {
      return read(environment)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      flaws.push(...error.message.split('\n'))
      return undefined
    }
  }
  const hub = tried(readConfig)
  const worker = tried(readWorkerConfig)
  if (hub && worker) return { hub, worker }
  throw new ConfigError([...new Set(flaws)].join('\n'))
}
