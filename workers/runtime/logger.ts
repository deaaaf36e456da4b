import { type Logger, pino } from 'pino'
import type { Log } from '../../bus/nats/log.ts'

export type { Logger }

/** A logger of this process on its standard output; messages are constant text, values are fields. */
export function createLogger(options: { level: string; format: 'json' | 'pretty' }): Logger {
  const { level, format } = options
  if (format === 'json') return pino({ name: 'worker', level })
  return pino({
    name: 'worker',
    level,
    transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', singleLine: true } },
  })
}

/** The same logger as the function that the bus and the rooms of the worker take. */
export const asLog =
  (logger: Logger): Log =>
  (level, message, fields) =>
    logger[level](fields, message)
