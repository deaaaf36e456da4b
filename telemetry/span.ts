import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { attributes } from './attributes.ts'
import type { spanNames } from './span-names.ts'

export interface SpanFacts {
  readonly name: (typeof spanNames)[keyof typeof spanNames]
  /** Default: internal. */
  readonly kind?: SpanKind
  /** Names from `attributes.ts`; never what people or models say. */
  readonly attributes?: Attributes
  /** What it is part of. Default: the span that is active. */
  readonly parent?: Context
}

/** Runs `work` in a span of its own, which ends with it. Without telemetry it costs a function call. */
export function inSpan<Result>(facts: SpanFacts, work: () => Promise<Result>): Promise<Result> {
  const { name, kind = SpanKind.INTERNAL, parent = context.active() } = facts
  const span = trace
    .getTracer('companions')
    .startSpan(name, { kind, attributes: facts.attributes ?? {} }, parent)
  return context.with(trace.setSpan(parent, span), async () => {
    try {
      return await work()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      span.setAttribute(attributes.errorCode, codeOf(error))
      throw error
    } finally {
      span.end()
    }
  })
}

/**
 * Runs `work` outside of any span: what one request set off, but does for all, is no part of that one's trace.
 */
export const outsideSpans = <Result>(work: () => Result): Result => context.with(ROOT_CONTEXT, work)

/** The active span as one line that can be kept (W3C trace context, `traceparent`); null without telemetry. */
export function traceparentNow(): string | null {
  const carrier: { traceparent?: string } = {}
  propagation.inject(context.active(), carrier)
  return carrier.traceparent ?? null
}

/** Runs `work` as part of the trace that was kept so; outside of any where there is none. */
export const inTrace = <Result>(traceparent: string | null, work: () => Result): Result =>
  context.with(propagation.extract(ROOT_CONTEXT, { traceparent: traceparent ?? undefined }), work)

/** Never the message, which may repeat what somebody said. */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'internal'
