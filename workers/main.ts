import { hostname } from 'node:os'
import { connectBus } from '../bus/nats/connection.ts'
import { endAfter } from '../process/end-after.ts'
import { stopMarginMs } from '../process/stop-margin.ts'
import { loadEnvironmentFile } from '../settings/environment-file.ts'
import { readPackageVersion } from '../settings/package-version.ts'
import { ConfigError } from '../settings/read-settings.ts'
import { asLog, createLogger, type Logger } from '../telemetry/logger.ts'
import { startTelemetry } from '../telemetry/start.ts'
import { createWorker } from './app.ts'
import { readWorkerConfig, type WorkerConfig } from './config.ts'
import { ollamaBackend } from './inference/ollama.ts'
import { waitForOllama } from './inference/ollama-wait.ts'
import { backendsOf } from './open-backends.ts'
import { speechOf } from './open-speech.ts'

/** The worker as a process: reads the environment, and ends on SIGTERM or SIGINT after what runs has ended. */
async function main(): Promise<void> {
  const unknown = loadEnvironmentFile()
  const config = readWorkerConfig(process.env)
  const logger = createLogger({ process: 'worker', ...config })
  if (unknown.length > 0) logger.warn({ unknown }, 'Names in .env that no setting has')
  const stop = stopSignal(config, logger)
  if (config.ollamaWait) await waitFor(config, logger, stop)
  if (stop.aborted) return
  const telemetry = await startTelemetry({
    service: 'companions-worker',
    version: readPackageVersion(),
    environment: process.env,
  })
  const log = asLog(logger)
  const bus = connectBus({ url: config.natsUrl, name: `worker-${hostname()}`, role: 'worker', log })
  const backends = backendsOf(config, log)
  const worker = createWorker({ config, bus, backends, speech: speechOf(config), logger })
  worker.start()
  const stopListening = bus.onConnect(() => {
    stopListening()
    // Whoever replaces another worker by this one waits for that; it may be gone by now.
    process.send?.('ready', () => {})
  })
  await aborted(stop)
  await worker.drain(config.drainGraceMs)
  await worker.close()
  await bus.close()
  await telemetry.shutdown()
  logger.info('The worker has ended')
}

/** Aborts at the first signal; a second one ends the process at once, as does a stop that takes far too long. */
function stopSignal(config: WorkerConfig, logger: Logger): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1)
      logger.info({ signal: name }, 'The worker lets its replies end')
      endAfter(config.drainGraceMs + stopMarginMs)
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
  // OpenTelemetry's variables are no settings of ours: they are refused with a RangeError.
  const isTold = error instanceof ConfigError || error instanceof RangeError
  console.error(`The worker cannot run.\n${isTold ? error.message : ''}`.trimEnd())
  if (!isTold) console.error(error)
  const end = () => process.exit(1)
  // Whoever keeps this worker running need not try again.
  if (isTold && process.send) process.send('refused', end)
  else end()
}
