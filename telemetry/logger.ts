import { type Logger as PinoLogger, pino } from 'pino'
import pretty from 'pino-pretty'

/** Structured logs: a constant sentence and its values as fields in snake_case, never what people say. */
export type Logger = PinoLogger

export interface LoggerOptions {
  /** Stands in each line, so that those of several processes can be told apart. */
  readonly process: 'hub' | 'worker'
  readonly logLevel: string
  /** `json`: one object a line. `pretty`: for people, and without the process's name: the supervisor shows it. */
  readonly logFormat: 'json' | 'pretty'
}

/** A logger of this process on its standard output. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = { level: options.logLevel, base: { process: options.process } }
  // Written at once, so that nothing is lost when the process ends. What pino keeps back it writes then, and tries for
  // ever where nobody reads it any more.
  if (options.logFormat === 'json') return pino(settings, pino.destination({ dest: 1, sync: true }))
  return pino(
    settings,
    pretty({
      sync: true,
      singleLine: true,
      errorLikeObjectKeys: [],
      ignore: 'process',
      translateTime: 'SYS:HH:MM:ss',
    }),
  )
}

type TakeLog = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void

/** The same logger as the function that the bus and the rooms of the worker take. */
export const asLog =
  (logger: Logger): TakeLog =>
  (level, message, fields) =>
    logger[level](fields, message)

/** An error as log fields: its kind, code and message, without what it was called with. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) }
  const code = 'code' in error ? error.code : undefined
  const cause = error.cause instanceof Error ? error.cause.message : undefined
  return { error: error.message, error_name: error.name, error_code: code, cause, stack: error.stack }
}
