import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { chooseSampler } from './sampler.ts'
import type { TelemetryOptions } from './start.ts'

/** What tracing consists of: loaded by `start.ts` and only when it is wanted. */
export function makeProvider({ service, version, environment }: TelemetryOptions) {
  const told = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })
  const resource = resourceFromAttributes({ 'service.name': service, 'service.version': version }).merge(told)
  const exporter = new OTLPTraceExporter()
  return {
    provider: new TracerProvider({
      resource,
      sampler: chooseSampler(environment),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    }),
    contextManager: new AsyncLocalStorageContextManager(),
    propagator: new W3CTraceContextPropagator(),
  }
}
