import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { connectBus } from '../bus/nats/connection.ts'
import { createWorker } from './app.ts'
import { ConfigError, readWorkerConfig, type WorkerConfig } from './config.ts'
import { ollamaBackend } from './inference/ollama.ts'
import { waitForOllama } from './inference/ollama-wait.ts'
import { backendsOf } from './open-backends.ts'
import { asLog, createLogger, type Logger } from './runtime/logger.ts'

/** The worker as a process: reads the environment, and ends on SIGTERM or SIGINT after what runs has ended. */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const config = readWorkerConfig(process.env)
  const logger = createLogger({ level: config.logLevel, format: config.logFormat })
  const stop = stopSignal(logger)
  if (config.ollamaWait) await waitFor(config, logger, stop)
  if (stop.aborted) return
  const log = asLog(logger)
  const bus = connectBus({ url: config.natsUrl, name: `worker-${hostname()}`, role: 'worker', log })
  const backends = backendsOf(config, log)
  const worker = createWorker({ config, bus, backends, logger })
  worker.start()
  await aborted(stop)
  await worker.drain(config.drainGraceMs)
  await worker.close()
  await bus.close()
  logger.info('The worker has ended')
}

/** Aborts at the first signal; a second one ends the process at once. */
function stopSignal(logger: Logger): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1)
      logger.info({ signal: name }, 'The worker lets its replies end')
      stop.abort()
    })
  }
  return stop.signal
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function waitFor(config: WorkerConfig, logger: Logger, signal: AbortSignal): Promise<void> {
  await waitForOllama(ollamaBackend(config.ollamaUrl), {
    timeoutMs: config.ollamaWaitTimeoutMs,
    intervalMs: config.ollamaWaitIntervalMs,
    models: config.ollamaWaitModels,
    signal,
    onMissing: (missing) => logger.info({ missing }, 'Waiting for Ollama'),
  }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

try {
  await main()
  process.exit(0)
} catch (error) {
  const shown = error instanceof ConfigError || !(error instanceof Error) ? String(error) : error.stack
  process.stderr.write(`The worker cannot run. ${shown}\n`)
  process.exit(1)
}
