import { setTimeout as pause } from 'node:timers/promises'
import { context, propagation, trace } from '@opentelemetry/api'

export interface TelemetryOptions {
  /** What this process is, unless `OTEL_SERVICE_NAME` says otherwise: `companions-hub`. */
  readonly service: string
  readonly version: string
  /** Where the switches are read; the exporter itself reads `OTEL_EXPORTER_OTLP_*` from the process. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Sending what is left may take this long, in milliseconds. */
const shutdownMs = 2_000

export interface Telemetry {
  /** Sends what is left and ends, within 2 seconds. Never throws. */
  shutdown(): Promise<void>
}

/**
 * Starts tracing when the environment asks for it: `OTEL_EXPORTER_OTLP_ENDPOINT` (or its `_TRACES_` form) is set or
 * `OTEL_TRACES_EXPORTER` is `otlp`, and neither `OTEL_SDK_DISABLED` is `true` nor the exporter `none`. Otherwise
 * nothing is loaded: the modules take 20 MB and a tenth of a second or more.
 *
 * @throws RangeError for a sampler that does not exist.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  if (!isWanted(options.environment)) return { shutdown: async () => undefined }
  const { makeProvider } = await import('./provider.ts')
  const { provider, contextManager, propagator } = makeProvider(options)
  context.setGlobalContextManager(contextManager.enable())
  propagation.setGlobalPropagator(propagator)
  trace.setGlobalTracerProvider(provider)
  return {
    shutdown: async () => {
      // A collector that is away must not keep a process from ending well: the exporter itself waits 10 seconds.
      const over = new AbortController()
      const late = pause(shutdownMs, undefined, { signal: over.signal })
      await Promise.race([provider.shutdown(), late]).catch(() => undefined)
      over.abort()
      await late.catch(() => undefined)
      trace.disable()
      propagation.disable()
      context.disable()
    },
  }
}

function isWanted(environment: TelemetryOptions['environment']): boolean {
  const exporter = environment.OTEL_TRACES_EXPORTER ?? ''
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || exporter === 'none') return false
  const endpoint =
    environment.OTEL_EXPORTER_OTLP_ENDPOINT || environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || ''
  return exporter === 'otlp' || endpoint !== ''
}
