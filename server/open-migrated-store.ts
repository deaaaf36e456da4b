import { setTimeout as pause } from 'node:timers/promises'
import { ConfigError } from '../settings/read-settings.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { HubConfig } from './config.ts'
import { openStore } from './store/open-store.ts'
import type { Store } from './store/store.ts'

/** Between two tries the wait grows from the first to the second, in milliseconds. */
const waits = { firstMs: 500, longestMs: 10_000 }

/**
 * Opens the store and brings its tables up to date. One that is away is waited for: in a cluster it may start later.
 *
 * @throws ConfigError when waiting would not help: a file that can't be opened, a password that is refused.
 */
export async function openMigratedStore(config: HubConfig, logger: Logger): Promise<Store> {
  for (let waitMs = waits.firstMs; ; waitMs = Math.min(2 * waitMs, waits.longestMs)) {
    const store = await openStore(config.databaseUrl).catch((error: unknown) => refuse(error))
    try {
      await store.migrate()
      return store
    } catch (error) {
      await store.close()
      if (isRefusal(error)) refuse(error)
      if (!(error instanceof Error && 'retryable' in error && error.retryable)) throw error
      logger.warn({ error: reasonOf(error), wait_ms: waitMs }, 'The store is away and is tried again')
      await pause(waitMs)
    }
  }
}

/**
 * Classes 28 (the user or password is refused), 3D (no such database) and 42501 (not allowed).
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(28...|3D000|42501)$/.test(String(error.code))
}

function refuse(error: unknown): never {
  throw new ConfigError(`The store cannot be opened (see DATABASE_URL and DATA_DIR): ${reasonOf(error)}`)
}

/** The driver's own words say what is wrong; neither driver repeats the address or its password. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
