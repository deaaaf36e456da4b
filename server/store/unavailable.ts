import { CodedError } from '../../bus/contract/errors.ts'

/**
 * Says of an error from a driver whether it means "away or busy", and makes it `store_unavailable` then. Everything
 * else is a fault of ours and stays what it is.
 */
export function toStoreError(error: unknown): unknown {
  if (error instanceof CodedError || !isUnavailable(error)) return error
  return new CodedError('store_unavailable', undefined, { cause: error })
}

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (
    sqliteCodes.test(code) ||
    postgresCodes.test(code) ||
    (networkCodes.has(code) && !isOfFile(error)) ||
    uncodedMessages.some((message) => error.message.includes(message))
  )
}

/** A certificate that the URL names and that is not there; of a server's socket the same code comes from `connect`. */
const isOfFile = (error: Error): boolean => 'syscall' in error && error.syscall === 'open'

/** Locked by another process, disk full or failing, file gone or unreadable. https://sqlite.org/rescode.html */
const sqliteCodes = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOMEM|PROTOCOL|INTERRUPT)/

/**
 * Classes 08 (connection), 53 (out of resources), 57 (shut down, starting, cancelled by a timeout), 58 (system), and
 * single ones: read only, transaction idle too long, serialisation, deadlock, lock timeout.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const postgresCodes = /^(08...|53...|57...|58...|25006|25P03|40001|40P01|55P03)$/

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOENT',
])

/** What `pg`, `pg-pool` and Kysely throw without a code. */
const uncodedMessages = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed',
  'Cannot use a pool after calling end',
  'Postgres connection has been discarded',
  'driver has already been destroyed',
  'The database connection is not open',
]
