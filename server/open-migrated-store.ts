import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ConfigError } from '../settings/read-settings.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { HubConfig } from './config.ts'
import { NewerStoreError } from './store/migrate.ts'
import { openStore } from './store/open-store.ts'
import type { Store } from './store/store.ts'
import { placeOf } from './store/store-place.ts'

/** Between two tries the wait grows from the first to the second, in milliseconds. */
const waits = { firstMs: 500, longestMs: 10_000 }

/**
 * Opens the store and brings its tables up to date. One that is away is waited for: in a cluster it may start later.
 *
 * @throws ConfigError when waiting would not help: a file that can't be opened, a password or a certificate that is
 *   refused, a store of a newer version.
 */
export async function openMigratedStore({ databaseUrl }: HubConfig, logger: Logger): Promise<Store> {
  const made = missingFile(databaseUrl)
  for (let waitMs = waits.firstMs; ; waitMs = Math.min(2 * waitMs, waits.longestMs)) {
    const store = await openStore(databaseUrl).catch((error: unknown) => {
      throw refusal(error)
    })
    try {
      await store.migrate()
      // A slip in a path would otherwise look as if everything were lost.
      if (made !== undefined) logger.info({ path: made }, 'A new store is made')
      return store
    } catch (error) {
      await store.close()
      if (isRefusal(error)) throw refusal(error)
      if (!(error instanceof Error && 'retryable' in error && error.retryable)) throw error
      logger.warn({ error: reasonOf(error), wait_ms: waitMs }, 'The store is away and is tried again')
      await pause(waitMs)
    }
  }
}

/** The file of a store, where there is none yet. @throws ConfigError when the URL names no kind of store */
function missingFile(databaseUrl: string): string | undefined {
  try {
    const place = placeOf(databaseUrl)
    return place.kind === 'sqlite' && !existsSync(place.path) ? resolve(place.path) : undefined
  } catch (error) {
    throw refusal(error)
  }
}

/**
 * Classes 28 (the user or password is refused), 3D (no such database) and 42501 (not allowed).
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const refusingCodes = /^(28...|3D000|42501)$/

/**
 * What the driver refuses by itself: a password that the URL lacks, TLS that the URL wants and the server has not, a
 * certificate's file that is not there.
 */
const refusingWords = /^SASL: |^The server does not support SSL connections|^ENOENT: .*, open /

/**
 * What our side has against the server's certificate. It is looked at anew only at the next start of this process.
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const certificateCodes =
  /^((CERT|CRL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)_\w+|ERR_TLS_CERT_\w+|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED)$/

function isRefusal(error: unknown): boolean {
  if (error instanceof NewerStoreError) return true
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  return refusingCodes.test(code) || certificateCodes.test(code) || refusingWords.test(error.message)
}

function refusal(error: unknown): ConfigError {
  const advice = error instanceof Error ? adviceFor(codeOf(error)) : undefined
  const words = [reasonOf(error), ...(advice === undefined ? [] : [advice])].join(': ')
  return new ConfigError(`The store cannot be opened (see DATABASE_URL and DATA_DIR): ${words}`)
}

/** Where the driver's own words leave open what to do. */
function adviceFor(code: string): string | undefined {
  if (code === '3D000') return 'createdb makes it'
  if (code === 'SQLITE_NOTADB') return 'DATABASE_URL leads to something that is no SQLite database'
  return certificateCodes.test(code) ? certificateAdvice : undefined
}

const certificateAdvice =
  'sslrootcert=FILE in DATABASE_URL says what certificate to trust, the host there must be one that it is for, and sslmode=no-verify checks neither'

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '')

/** The driver's own words say what is wrong; neither driver repeats the address or its password. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
