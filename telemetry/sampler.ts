import type { Sampler } from '@opentelemetry/sdk-trace'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'

/**
 * The sampler `OTEL_TRACES_SAMPLER` names, with `OTEL_TRACES_SAMPLER_ARG` from 0 to 1 as its ratio (default 1); by
 * default that of the parent, and everything without one. The SDK itself does not read these.
 * Source: OpenTelemetry specification, "Environment variables".
 *
 * @throws RangeError naming the variable, what it holds and what it takes.
 */
export function chooseSampler(environment: Readonly<Record<string, string | undefined>>): Sampler {
  const name = environment.OTEL_TRACES_SAMPLER || 'parentbased_always_on'
  const ratio = environment.OTEL_TRACES_SAMPLER_ARG || '1'
  const parented = name.startsWith('parentbased_')
  const root = rootSampler(parented ? name.slice('parentbased_'.length) : name, ratio)
  if (root === undefined)
    throw new RangeError(
      `OTEL_TRACES_SAMPLER is "${name}"; it takes always_on, always_off, traceidratio, each also after parentbased_`,
    )
  return parented ? new ParentBasedSampler({ root }) : root
}

function rootSampler(name: string, ratio: string): Sampler | undefined {
  if (name === 'always_on') return new AlwaysOnSampler()
  if (name === 'always_off') return new AlwaysOffSampler()
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(readRatio(ratio)) : undefined
}

function readRatio(text: string): number {
  const ratio = Number(text)
  if (ratio >= 0 && ratio <= 1) return ratio
  throw new RangeError(`OTEL_TRACES_SAMPLER_ARG is "${text}"; it takes a number from 0 to 1`)
}
