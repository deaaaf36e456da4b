import { type Logger as PinoLogger, pino } from 'pino'
import pretty from 'pino-pretty'
import type { HubConfig } from './config.ts'

/** Structured logs: a constant message and its values as fields, never what people say. */
export type Logger = PinoLogger

export function createLogger(config: Pick<HubConfig, 'logLevel' | 'logFormat'>): Logger {
  const options = { level: config.logLevel, base: { process: 'hub' } }
  if (config.logFormat === 'json') return pino(options)
  return pino(options, pretty({ sync: true, ignore: 'pid,hostname,process', translateTime: 'SYS:HH:MM:ss' }))
}

/** An error as log fields: its kind, code and message, without what it was called with. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) }
  const code = 'code' in error ? error.code : undefined
  const cause = error.cause instanceof Error ? error.cause.message : undefined
  return { error: error.message, error_name: error.name, error_code: code, cause, stack: error.stack }
}
